/** The panel that offers pushes on this device: shows one of its states, and asks nothing until somebody presses a button. */
import { isOn, isSupported, sendTest, switchOff, switchOn } from './device.js';
import { isPutOff, putOff, recall } from './memory.js';

const MONTH_MS = 30 * 24 * 3600_000;
// Where it is offered in passing, these are no news to anybody.
const QUIET = ['unsupported', 'denied', 'on'];

// Only Safari on iPhone and iPad knows the word, and there pushes are for apps of the home screen.
const needsHomeScreen = () => navigator.standalone === false;

async function findState(panel) {
  if (needsHomeScreen()) return 'homescreen';
  if (!isSupported()) return 'unsupported';
  if (Notification.permission === 'denied') return 'denied';
  const isWanted = !panel.dataset.wants || 'wanted' in panel.dataset;
  return isWanted && (await isOn()) ? 'on' : 'ask';
}

function show(panel, state) {
  const hadFocus = panel.contains(document.activeElement);
  for (const each of panel.querySelectorAll('[data-push-state]')) each.hidden = each.dataset.pushState !== state;
  panel.dataset.state = state;
  panel.setAttribute('aria-busy', String(state === 'waiting'));
  const isOffer = 'later' in panel.dataset && !('pressed' in panel.dataset);
  panel.hidden = isOffer && (QUIET.includes(state) || isPutOff());
  // The button that was pressed is gone; the keyboard stays where it was.
  if (hadFocus) panel.focus();
}

function say(panel, text) {
  panel.querySelector('[data-push-said]').textContent = text;
}

function explain({ name, status, message }) {
  if (status) return message || 'The shop did not take it.';
  if (name === 'AbortError') return 'Your browser could not reach its push service. Some browsers have it switched off in their settings.';
  return 'The shop could not be reached.';
}

function fail(panel, error) {
  const [oldest] = error.devices ?? [];
  panel.querySelector('[data-push-reason]').textContent = explain(error);
  const replace = panel.querySelector('[data-push-do="replace"]');
  replace.hidden = !oldest;
  if (oldest) replace.textContent = `Use this one instead of ${oldest.label || 'the one used least'}`;
  show(panel, 'failed');
}

async function turnOn(panel, replaceOldest = false) {
  show(panel, 'waiting');
  const permission = await switchOn({ wants: panel.dataset.wants, replaceOldest });
  if (permission === 'granted') panel.dataset.wanted = '';
  await refreshAll();
  document.dispatchEvent(new CustomEvent('push:changed'));
}

const ACTIONS = {
  on: (panel) => turnOn(panel),
  retry: (panel) => turnOn(panel),
  replace: (panel) => turnOn(panel, true),
  async off() {
    await switchOff();
    await refreshAll();
    document.dispatchEvent(new CustomEvent('push:changed'));
  },
  async test(panel) {
    await sendTest();
    say(panel, 'A test is on its way. It appears within a few seconds.');
  },
  later(panel) {
    putOff(MONTH_MS);
    panel.hidden = true;
    document.getElementById('main').focus({ preventScroll: true });
  },
};

async function press(event) {
  const button = event.target.closest('[data-push-do]');
  if (!button) return;
  const panel = button.closest('[data-push]');
  panel.dataset.pressed = '';
  say(panel, '');
  try {
    await ACTIONS[button.dataset.pushDo](panel);
  } catch (error) {
    if (panel.dataset.state === 'on') say(panel, explain(error));
    else fail(panel, error);
  }
}

/** Its buttons are in the panel above the list. */
async function pointOut() {
  const here = (await isOn()) ? recall().id : '';
  for (const each of document.querySelectorAll('[data-device]')) each.toggleAttribute('data-here', each.dataset.device === here);
}

const refresh = async (panel) => show(panel, await findState(panel));
const refreshAll = () => Promise.all([...document.querySelectorAll('[data-push]')].map(refresh));

/** Those that are new, or that were swapped for what the shop rendered. */
export function startPanels() {
  for (const panel of document.querySelectorAll('[data-push]:not([data-state])')) refresh(panel);
  pointOut();
}

document.addEventListener('click', press);
