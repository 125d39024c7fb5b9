/**
 * The keys that the page's markup names: `aria-keyshortcuts` on a button, link or field is the only list of them. All have a
 * modifier but `?`, which can be switched off.
 */
import { onOpened, openRoom } from './conversation.js';

const SWITCH = 'chat-keys-sheet';
let asked = '';
const isMac = /Mac|iP/.test(navigator.platform);

/** `Alt+J`, `Control+Alt+E`. By the key's place: with Alt many layouts write something else. */
function nameOf({ altKey, ctrlKey, metaKey, code }) {
  if (!altKey || !/^Key[A-Z]$/.test(code)) return '';
  return `${(isMac ? metaKey : ctrlKey) ? 'Control+' : ''}Alt+${code.slice(3)}`;
}

/** AltGr writes € and @, and so does Alt on a Mac: there Esc leaves the box first. */
function writes(event) {
  if (event.getModifierState('AltGraph')) return true;
  return isMac && isEditable(event.target) && !event.metaKey && !/^[a-z]$/i.test(event.key);
}

const isEditable = (element) => element.closest?.('input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]');
const isVisible = (element) => element.checkVisibility() && !element.disabled;

function press(event) {
  if (event.defaultPrevented || event.isComposing) return;
  if (event.key === 'Escape') return leave(event);
  if (event.key === '?' && !isEditable(event.target) && localStorage.getItem(SWITCH) !== 'off') return openSheet(event);
  const name = writes(event) ? '' : nameOf(event);
  const button = name && [...document.querySelectorAll(`[aria-keyshortcuts~="${name}"]`)].find(isVisible);
  if (!button || document.querySelector('dialog[open]')) return;
  event.preventDefault();
  button.click();
}

/** Out of the box into the conversation, and from there to its line in the list. */
function leave(event) {
  if (document.querySelector('dialog[open]')) return;
  const log = document.querySelector('[data-chat] [role=log]');
  const place = isEditable(event.target) && log ? log : document.querySelector('#inbox [aria-current=true], #inbox a');
  if (!place || place === event.target) return;
  event.preventDefault();
  place.focus();
}

function openSheet(event) {
  event.preventDefault();
  document.getElementById('shortcuts').showModal();
}

/** From the one that is open, or on its way. */
function step(by) {
  const rows = [...document.querySelectorAll('#inbox [data-room]')];
  const open = rows.findIndex(({ dataset }) => dataset.room === (asked || openRoom()));
  const next = rows[open < 0 ? 0 : open + by];
  if (!next) return;
  asked = next.dataset.room;
  next.scrollIntoView({ block: 'nearest' });
  next.querySelector('a').click();
}

onOpened(() => (asked = ''));
for (const event of ['htmx:error', 'htmx:response:error']) document.addEventListener(event, () => (asked = ''));
document.addEventListener('keydown', press);
document.addEventListener('click', ({ target }) => {
  const button = target.closest('[data-step], [data-shortcuts]');
  if (button?.matches('[data-step]')) step(+button.dataset.step);
  else if (button) document.getElementById('shortcuts').showModal();
});

if (document.getElementById('shortcuts'))
  for (const button of document.querySelectorAll('[data-step], [data-shortcuts]')) button.hidden = false;
for (const box of document.querySelectorAll('[data-keys-switch]')) {
  box.checked = localStorage.getItem(SWITCH) !== 'off';
  box.addEventListener('change', () => localStorage.setItem(SWITCH, box.checked ? 'on' : 'off'));
}
