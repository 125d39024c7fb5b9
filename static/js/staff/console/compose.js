/** Reply or note. Each conversation keeps what was typed as either, until it is sent; a note never turns into a reply. */
import { keyOf } from '../../chat/outboxes.js';
import { startThreads } from '../../chat/thread.js';
import { me, onOpened } from './conversation.js';

const PLACEHOLDERS = { p: 'Write a reply', i: 'Write a note' };
const draftKey = (room, stream) => keyOf(`draft-${stream}`, room, me());
const kindKey = (room) => keyOf('kind', room, me());

export const composeForm = () => document.querySelector('[data-compose]');

export function composer() {
  const root = composeForm()?.closest('[data-chat]');
  return root && startThreads().get(root)?.composer;
}

function show(form) {
  const { value } = form.elements.stream;
  form.dataset.kind = value === 'i' ? 'note' : 'reply';
  form.elements.body.placeholder = PLACEHOLDERS[value];
  form.elements.body.ariaLabel = value === 'i' ? 'Your note, not shown to the shopper' : 'Your reply';
}

function choose(form, stream) {
  const room = form.dataset.compose;
  const { body } = form.elements;
  const before = form.dataset.kind === 'note' ? 'i' : 'p';
  if (before !== stream) {
    keep(draftKey(room, before), body.value);
    keep(kindKey(room), stream);
    composer().body = sessionStorage.getItem(draftKey(room, stream)) ?? '';
  }
  show(form);
}

function keep(key, text) {
  if (text) sessionStorage.setItem(key, text);
  else sessionStorage.removeItem(key);
}

// Before the thread starts, which puts what was typed last back into the box.
onOpened((place) => {
  const form = place?.querySelector('[data-compose]');
  if (!form) return;
  if (sessionStorage.getItem(kindKey(form.dataset.compose)) === 'i') form.elements.stream.value = 'i';
  show(form);
});

document.addEventListener('change', ({ target }) => {
  if (target.name === 'stream' && target.form?.matches('[data-compose]')) choose(target.form, target.value);
});

document.addEventListener('click', ({ target, detail, isTrusted }) => {
  // A mouse or a key of ours goes on to write; the arrow keys stay in the switch.
  const isChoice = target.name === 'stream' && target.form?.matches('[data-compose]');
  if (isChoice && (detail || !isTrusted)) target.form.elements.body.focus();
});

document.addEventListener('submit', ({ target }) => {
  if (target.matches?.('[data-compose]')) keep(draftKey(target.dataset.compose, target.elements.stream.value), '');
});

// Whoever opens a conversation means to write in it.
document.addEventListener('htmx:after:swap', () => {
  const form = composeForm();
  if (form && !form.dataset.wasShown) {
    form.dataset.wasShown = '';
    const { activeElement: at, body: page } = document;
    const isFree = at === page || at.closest('#inbox, dialog');
    if (isFree && matchMedia('(min-width: 64rem)').matches) form.elements.body.focus();
  }
});
