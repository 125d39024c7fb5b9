import { askHtml } from './requests.js';

const QUIET_MS = 200;
let timer = 0;

/** How the conversation stands is asked for again when the room changes: it differs for each who looks. */
async function refresh(chat) {
  const state = chat.querySelector('#chat-state');
  if (!state) return;
  const text = await askHtml(state.dataset.path);
  await window.htmx.swap({ text, sourceElement: state, target: state, swap: 'outerMorph', transition: false });
}

document.addEventListener('chat:changed', ({ target }) => {
  const chat = target.closest('[data-chat]');
  clearTimeout(timer);
  timer = setTimeout(() => refresh(chat).catch(() => {}), QUIET_MS); // the next change asks again
});
