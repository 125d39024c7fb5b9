/** What is kept for a shopper: counts down beside its clock time, and its buttons act in place. */
import { post } from './requests.js';

const ends = new WeakMap(); // host -> when its time is over, by this page's clock

function tick() {
  for (const host of document.querySelectorAll('[data-kept][data-left-ms]:not([data-is-over])')) {
    if (!ends.has(host)) ends.set(host, Date.now() + Number(host.dataset.leftMs));
    show(host, Math.max(0, Math.round((ends.get(host) - Date.now()) / 1000)));
  }
}

function show(host, left) {
  const clock = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
  host.querySelector('[data-kept-left]').textContent = left ? ` (${clock})` : '';
  if (left) return;
  // The conversation says so itself as soon as the shop has noticed.
  host.dataset.isOver = '';
  const text = host.querySelector('[data-kept-text]');
  if (text) text.textContent = 'The time is over';
}

async function act(link) {
  const host = link.closest('[data-kept]');
  if (host.ariaBusy === 'true') return;
  host.ariaBusy = 'true';
  try {
    const { status, answer, detail } = await post(link.dataset.keptAct, {});
    if (status === 200) tell(host, answer);
    else say(host, detail, 'c-field__error');
  } finally {
    host.ariaBusy = null;
  }
}

/** The conversation shows a release by itself; from the cart's side it hears nothing before the checkout. */
function tell(host, { said, path }) {
  say(host, said, 'c-kept__said');
  if (path !== '/cart') return;
  const link = Object.assign(document.createElement('a'), { className: 'c-link', href: path, textContent: 'Go to the cart' });
  host.querySelector('.c-kept__cart').replaceWith(link);
  link.focus();
}

function say(host, text, className) {
  host.querySelector('[data-kept-said]')?.remove();
  const line = Object.assign(document.createElement('p'), { className, textContent: text, role: 'status' });
  line.dataset.keptSaid = '';
  host.querySelector('.c-kept__what').append(line);
}

document.addEventListener('click', (event) => {
  const link = event.target.closest('[data-kept-act]');
  if (!link || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  act(link).catch(() => location.assign(link.href)); // its page says what is the matter
});

tick();
setInterval(tick, 1000);
