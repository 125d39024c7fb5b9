/** What stands above the conversation: read again when its state changes, or who has it. */
import { askHtml } from '../../page/ask.js';
import { conversation, morph, onOpened } from './conversation.js';
import { showLookers } from './onlookers.js';

const GATHER_MS = 150;
const SHOWN = new Set(['status', 'assign']);
let timer = 0;

async function refresh() {
  timer = 0;
  const head = document.querySelector('[data-talk-head]');
  const html = head && (await askHtml(head.dataset.talkHead).catch(() => ''));
  if (!html || !head.isConnected) return;
  morph(head, html);
  showLookers();
}

function hear({ room, type, status }) {
  if (room !== conversation()?.dataset.room) return;
  const isAnotherTurn = type === 'message' && status && status !== document.querySelector('[data-room-status]')?.dataset.roomStatus;
  if (SHOWN.has(type) || isAnotherTurn) timer ||= setTimeout(refresh, GATHER_MS);
}

document.addEventListener('chat:changed', ({ detail }) => hear(detail));
document.addEventListener('chat:said', ({ detail }) => hear(detail));

onOpened(() => {
  const { title } = document.getElementById('conversation')?.dataset ?? {};
  if (title) document.title = document.title.replace(/^.*? · /, `${title} · `);
});
