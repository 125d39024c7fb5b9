/** Links that open a form over the conversation, which without a script are pages; and notices that go by themselves. */
import { askHtml } from '../../page/ask.js';
import { onOpened } from './conversation.js';

const SHOWN_MS = 8_000;
const dialog = document.getElementById('dialog');
const body = document.getElementById('dialog-body');
const toasts = document.getElementById('console-toasts');

async function open(link) {
  try {
    body.innerHTML = await askHtml(link.href);
    window.htmx.process(body);
    link.closest('details')?.removeAttribute('open');
    dialog.showModal();
    body.querySelector('select, textarea, input:not([type=hidden])')?.focus();
  } catch {
    location.assign(link.href);
  }
}

/** With a place to go to, if there is one. What went wrong stays until it is dismissed. */
export function toast(text, { kind = 'info', path = '', label = 'View' } = {}) {
  const line = document.createElement('p');
  line.className = `c-notice c-notice--${kind}`;
  const words = document.createElement('span');
  words.textContent = text;
  line.append(words);
  if (path) {
    const link = Object.assign(document.createElement('a'), { href: path, textContent: label, className: 'c-link' });
    line.append(link);
  }
  const dismiss = Object.assign(document.createElement('button'), { type: 'button', className: 'c-icon-button', textContent: '×', ariaLabel: 'Dismiss' });
  line.append(dismiss);
  toasts.replaceChildren(line);
}

/** Of what has no page of its own that could say it. */
function problemOf(place, status) {
  if (place.id === 'agent') return 'Your status was not saved. Try again.';
  return status === 404 ? 'This conversation is no longer open to you.' : 'It could not be opened. Try again.';
}

for (const event of ['htmx:error', 'htmx:response:error']) {
  document.addEventListener(event, ({ target, detail }) => {
    const place = target.closest?.('#inbox, #agent');
    if (place) toast(problemOf(place, detail.ctx?.response?.status), { kind: 'error' });
  });
}

// Menus close when something else is pressed, or with Esc.
const closeMenus = (but) => {
  for (const menu of document.querySelectorAll('.p-agent[open], .p-talk__more[open]')) if (menu !== but) menu.open = false;
};
document.addEventListener('pointerdown', ({ target }) => closeMenus(target.closest?.('details')));
document.addEventListener('keydown', (event) => {
  const menu = event.key === 'Escape' && document.querySelector('.p-agent[open], .p-talk__more[open]');
  if (!menu) return;
  event.preventDefault();
  closeMenus();
  menu.querySelector('summary').focus();
});

let timer = 0;
function rest() {
  clearTimeout(timer);
  if (toasts.querySelector('.c-notice:not(.c-notice--error)')) timer = setTimeout(() => toasts.replaceChildren(), SHOWN_MS);
}

if (dialog) {
  document.addEventListener('click', (event) => {
    const link = event.target.closest('a[data-dialog], a[data-dialog-close]');
    if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
    if (link.matches('[data-dialog-close]') && !dialog.open) return;
    event.preventDefault();
    if (link.matches('[data-dialog]')) open(link);
    else dialog.close();
  });
  onOpened(() => dialog.close());
  document.addEventListener('htmx:after:swap', () => {
    if (dialog.open && document.activeElement === document.body) body.querySelector('[aria-invalid=true]')?.focus();
  });
}

if (toasts) {
  new MutationObserver(rest).observe(toasts, { childList: true });
  toasts.addEventListener('pointerenter', () => clearTimeout(timer));
  toasts.addEventListener('pointerleave', rest);
  toasts.addEventListener('click', ({ target }) => target.closest('a') || toasts.replaceChildren());
}
