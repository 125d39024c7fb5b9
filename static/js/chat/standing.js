import { askHtml } from '../page/ask.js';
import { swap } from '../page/swap.js';

const QUIET_MS = 200;
let timer = 0;

/** How the conversation stands is asked for again when the room changes: it differs for each who looks. */
async function refresh(chat) {
  const state = chat.querySelector('#chat-state');
  if (!state) return;
  await swap(state, await askHtml(state.dataset.path), 'outerMorph');
}

document.addEventListener('chat:changed', ({ target }) => {
  const chat = target.closest('[data-chat]');
  clearTimeout(timer);
  timer = setTimeout(() => refresh(chat).catch(() => {}), QUIET_MS); // the next change asks again
});
