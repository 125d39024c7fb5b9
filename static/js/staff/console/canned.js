/**
 * Canned replies: `/` in an empty box opens them, what follows filters them, Enter puts the one chosen into the box with its
 * variables filled in by the server. What could not be filled in keeps the text from being sent.
 */
import { post } from '../../chat/requests.js';
import { askHtml } from '../../page/ask.js';
import { composeForm, composer } from './compose.js';

const OPEN_VARIABLE = /\{\{.*?(\}\}|$)/s;
let active = -1;
let wanted = '';

const list = () => document.querySelector('[data-canned-list]');
const options = () => [...list().querySelectorAll('[role=option]:not([hidden])')];
const isOpen = () => list() && !list().hidden;

async function open(form) {
  const { canned } = form.dataset;
  wanted = canned;
  list().hidden = false;
  if (list().dataset.of !== canned) {
    try {
      list().innerHTML = await askHtml(canned);
      list().dataset.of = canned;
    } catch {
      list().textContent = 'The replies could not be read. Close this and try again.';
    }
  }
  if (wanted === canned) filter(form);
}

function filter(form) {
  const words = form.elements.body.value.slice(1).toLowerCase();
  for (const option of list().querySelectorAll('[role=option]')) option.hidden = !option.dataset.words.includes(words);
  const none = list().querySelector('[data-none]');
  if (none) none.hidden = options().length > 0;
  form.elements.body.setAttribute('aria-controls', 'canned');
  tell(`${options().length} replies`);
  mark(form, 0);
}

function tell(text) {
  document.querySelector('[data-canned-said]').textContent = text;
}

function mark(form, index) {
  const shown = options();
  active = shown.length ? (index + shown.length) % shown.length : -1;
  for (const [place, option] of shown.entries()) option.ariaSelected = String(place === active);
  const chosen = shown[active];
  if (chosen) form.elements.body.setAttribute('aria-activedescendant', chosen.id);
  else form.elements.body.removeAttribute('aria-activedescendant');
  chosen?.scrollIntoView({ block: 'nearest' });
}

function close() {
  const form = composeForm();
  wanted = '';
  list().hidden = true;
  tell('');
  form.elements.body.removeAttribute('aria-activedescendant');
}

async function insert(form, option) {
  const raw = option.querySelector('[data-body]').textContent;
  close();
  const { status, answer, detail } = await post(`${form.dataset.canned}/${option.dataset.reply}`, {}).catch(() => ({ status: 0 }));
  if (form !== composeForm()) return; // another conversation has taken its place
  const isFilled = status >= 200 && status < 300;
  composer().body = isFilled ? answer.text : raw;
  form.elements.body.focus();
  if (!isFilled) composer().complain(status ? `${detail}. Write it yourself, then send.` : 'The reply could not be filled in. Try again.');
}

function press(event) {
  const form = event.target.closest?.('[data-compose]');
  if (!form || !isOpen() || event.target !== form.elements.body || event.isComposing) return;
  const { key } = event;
  if (key === 'ArrowDown' || key === 'ArrowUp') mark(form, active + (key === 'ArrowDown' ? 1 : -1));
  else if (key === 'Escape') close();
  else if ((key === 'Enter' || key === 'Tab') && options()[active]) insert(form, options()[active]);
  else return;
  event.preventDefault();
  event.stopImmediatePropagation();
}

document.addEventListener('keydown', press, true);
document.addEventListener('input', ({ target }) => {
  const form = target.closest?.('[data-compose]');
  if (!form || target !== form.elements.body) return;
  const asks = /^\/[^\s/]*( [^\s]*)?$/.test(target.value);
  if (asks && isOpen()) filter(form);
  else if (asks) open(form);
  else if (isOpen()) close();
});
document.addEventListener('mousedown', (event) => list()?.contains(event.target) && event.preventDefault());
document.addEventListener('click', ({ target }) => {
  const option = target.closest?.('[data-canned-list] [role=option]');
  if (option) insert(composeForm(), option);
});
document.addEventListener('focusout', ({ target }) => target === composeForm()?.elements.body && isOpen() && close());

// Before the box sends it: a shopper must never read a variable.
document.addEventListener('submit', (event) => {
  const form = event.target;
  const left = form.matches?.('[data-compose]') && form.elements.body.value.match(OPEN_VARIABLE);
  if (!left) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  composer().complain(`${left[0].slice(0, 40)} has no value here. Write it yourself, then send.`);
}, true);
