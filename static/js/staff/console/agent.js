/** The agent's own standing: being here by the channel of agents, active by what is typed and clicked, and what is told. */
import { post } from '../../chat/requests.js';
import { askHtml } from '../../page/ask.js';
import { onChannel } from '../../page/channel.js';
import { swap } from '../../page/swap.js';
import { toast } from './dialog.js';

const NOTED_EVERY_MS = 60_000;
const desk = document.querySelector('[data-console]');
const GATHER_MS = 1_000;
let notedAt = -Infinity;
let timer = 0;

function note() {
  if (performance.now() - notedAt < NOTED_EVERY_MS) return;
  notedAt = performance.now();
  post('/staff/chat/activity', {}).catch(() => {});
}

/** A slot is taken or let go with each move of a conversation, whoever's it was. */
function refreshSoon() {
  timer ||= setTimeout(refresh, GATHER_MS);
}

async function refresh() {
  timer = 0;
  const place = document.getElementById('agent');
  if (!place || place.contains(document.activeElement)) return;
  const html = await askHtml('/staff/chat/status').catch(() => '');
  if (html && place.isConnected) swap(place, html, 'outerMorph');
}

function hear({ event, data }) {
  const { me, role } = desk.dataset;
  if (event === 'agent' ? data.agent === me : event !== 'alert') refreshSoon();
  if (event === 'assigned' && data.assignee === me) toast('A conversation is yours.', { path: `/staff/chat/rooms/${data.room}` });
  if (event === 'alert' && role === 'admin') {
    toast('A shopper waits too long for an answer.', { kind: 'warning', path: `/staff/chat/rooms/${data.room}` });
  }
}

if (desk?.dataset.agentsToken) {
  onChannel('agents', { token: desk.dataset.agentsToken });
  document.addEventListener('live:message', ({ detail }) => detail.channel === 'queue' && hear(detail));
  for (const event of ['keydown', 'pointerdown']) document.addEventListener(event, note, { passive: true });
}
