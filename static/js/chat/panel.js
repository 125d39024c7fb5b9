/** The conversation beside the shop: fetched at the first use, kept open from page to page. */
import { askHtml } from '../page/ask.js';
import { follow } from './notice.js';
import { startThreads } from './thread.js';

const OPEN = 'support:open';
const DRAFT = 'support:draft';
const PHONE = matchMedia('(max-width: 29.99rem)');
const link = document.querySelector('[data-support]');

const panel = () => document.getElementById('support');
let fetching = null;

async function fetchPanel() {
  const path = `/support/panel?page=${encodeURIComponent(location.pathname)}`;
  const [html] = await Promise.all([askHtml(path), loadStyles()]);
  link.insertAdjacentHTML('afterend', html);
  window.htmx.process(panel());
  panel().querySelector('[data-support-close]').addEventListener('click', () => panel().close());
  panel().addEventListener('close', noteClosed);
  keepDraft();
}

function loadStyles() {
  if (document.querySelector('link[data-chat-styles]')) return null;
  const styles = Object.assign(document.createElement('link'), { rel: 'stylesheet', href: link.dataset.css });
  styles.dataset.chatStyles = '';
  return new Promise((resolve, reject) => {
    styles.addEventListener('load', resolve);
    styles.addEventListener('error', reject);
    document.head.append(styles);
  });
}

/** What was begun in the first form is there on the next page too. */
function keepDraft() {
  const box = () => panel().querySelector('.c-opening textarea');
  if (box() && !box().value) box().value = sessionStorage.getItem(DRAFT) ?? '';
  panel().addEventListener('input', ({ target }) => target === box() && sessionStorage.setItem(DRAFT, target.value));
}

/** On a phone it is all there is to see, so nothing behind it takes the focus. */
async function open({ takesFocus }) {
  if (!panel()) await (fetching ??= fetchPanel().finally(() => (fetching = null)));
  if (panel().open) return;
  if (!takesFocus) panel().open = true; // show() would move the focus
  else if (PHONE.matches) panel().showModal();
  else panel().show();
  link.ariaExpanded = 'true';
  sessionStorage.setItem(OPEN, '1');
  startThreads(panel());
  if (takesFocus) focusInside();
}

/** On a phone a box with the focus would bring the keyboard up over what is to be read first. */
function focusInside() {
  const box = panel().querySelector('.c-composer textarea') ?? panel().querySelector('input:not([type="hidden"]), textarea');
  (PHONE.matches || !box?.offsetParent ? panel().querySelector('#support-title') : box).focus();
}

function noteClosed() {
  link.ariaExpanded = 'false';
  sessionStorage.removeItem(OPEN);
  link.focus();
}

/** Said by support.js, whose click may have brought this module. */
function toggle() {
  if (panel()?.open) panel().close();
  else open({ takesFocus: true }).catch(() => location.assign(link.href));
}

/** A conversation that began on this page. */
function noteBegun() {
  const place = panel()?.querySelector('[data-thread]')?.dataset;
  if (!place || place.room === link.dataset.room) return;
  link.dataset.room = place.room;
  sessionStorage.removeItem(DRAFT);
  follow({ room: place.room, me: place.me, head: place.headP, token: place.tokenP, position: place.positionP });
  focusInside();
}

function start() {
  if (link.dataset.room) follow(link.dataset);
  document.addEventListener('support:toggle', toggle);
  document.addEventListener('htmx:after:swap', noteBegun);
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && panel()?.open && panel().contains(document.activeElement)) panel().close();
  });
  // On a phone it would cover the page that a link in it has led to.
  if (sessionStorage.getItem(OPEN) && !PHONE.matches) open({ takesFocus: false }).catch(() => sessionStorage.removeItem(OPEN));
}

if (link) start();
