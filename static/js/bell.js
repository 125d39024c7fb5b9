/** The bell: what is new in a popover, and toasts that go by themselves. Without it the bell is a link to the list. */
import { askHtml } from './page/ask.js';
import { swap } from './page/swap.js';

const SHOWN_MS = 10_000;
const MOST = 3;
const bell = document.querySelector('[data-bell]');
const newest = document.getElementById('newest');
const region = document.querySelector('[data-toasts]');
const timers = new Map();

let wasOpen = false; // by the click's own press: the browser closes what is open before the click comes
let held = null;

const isOpen = () => newest.matches(':popover-open');
const toasts = () => [...region.querySelectorAll('[data-toast]')];

async function open() {
  await swap(newest, await askHtml('/notifications/newest'), 'innerHTML');
  toasts().forEach(remove);
  newest.showPopover();
  newest.focus();
}

function toggle(event) {
  if (event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  const closes = wasOpen || isOpen();
  wasOpen = false;
  if (closes) newest.hidePopover();
  else open().catch(() => location.assign(bell.href));
}

function remove(toast) {
  const hadFocus = toast.contains(document.activeElement);
  clearTimeout(timers.get(toast));
  timers.delete(toast);
  toast.remove();
  if (hadFocus) bell.focus({ preventScroll: true });
}

/** Nothing goes while somebody reads it, or while nobody can. */
function keepTime() {
  const isHeld = document.hidden || region.matches(':hover, :focus-within');
  for (const toast of toasts()) {
    if (isHeld) {
      clearTimeout(timers.get(toast));
      timers.delete(toast);
    } else if (!timers.has(toast)) {
      timers.set(toast, setTimeout(() => remove(toast), SHOWN_MS));
    }
  }
}

/** Each once, and the newest few: the others are behind the bell. */
function tidy() {
  const seen = new Set();
  for (const toast of toasts().reverse()) {
    if (seen.has(toast.dataset.toast) || seen.size === MOST) remove(toast);
    else seen.add(toast.dataset.toast);
  }
  keepTime();
}

function hear({ detail: { event, data } }) {
  if (event === 'notification') tidy();
  else if (event === 'notifications_read') toasts().filter((each) => !data.id || each.dataset.toast === data.id).forEach(remove);
  else return;
  refetch();
}

function refetch() {
  for (const list of document.querySelectorAll('[data-told]')) {
    if (list !== newest || isOpen()) list.dispatchEvent(new CustomEvent('notifications-changed'));
  }
}

/** A button that went with what it marked leaves the focus to its list. */
function keepFocus() {
  if (held && document.activeElement === document.body) held.focus({ preventScroll: true });
}

if (bell && newest && region) {
  bell.setAttribute('aria-haspopup', 'dialog');
  bell.setAttribute('aria-expanded', 'false');
  bell.addEventListener('pointerdown', () => (wasOpen = isOpen()));
  bell.addEventListener('click', toggle);
  newest.addEventListener('toggle', ({ newState }) => bell.setAttribute('aria-expanded', String(newState === 'open')));
  region.addEventListener('click', ({ target }) => target.closest('[data-toast-close]') && remove(target.closest('[data-toast]')));
  for (const event of ['pointerenter', 'pointerleave', 'focusin', 'focusout']) region.addEventListener(event, () => setTimeout(keepTime));
  document.addEventListener('visibilitychange', keepTime);
  document.addEventListener('live:message', hear);
  document.addEventListener('live:reset', ({ detail }) => detail.channels.includes(bell.dataset.channel) && refetch());
  document.addEventListener('htmx:before:swap', () => (held = document.activeElement.closest('[data-told]')));
  document.addEventListener('htmx:after:swap', keepFocus);
}
