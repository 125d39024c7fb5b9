/**
 * Who the shopper is, read again when they write and when the agent comes back to the page. A shopper's own channel is not
 * listened to: it is private to them, and what it pushes is made for their pages. Stock in the cart moves by its own channels.
 */
import { askHtml } from '../../page/ask.js';
import { onChannel } from '../../page/channel.js';
import { morph, onOpened } from './conversation.js';

const GATHER_MS = 300;
let end = () => {};
let timer = 0;

async function refresh() {
  const place = document.querySelector('[data-customer]');
  const html = place && (await askHtml(place.dataset.customer).catch(() => ''));
  if (html && place.isConnected) morph(place, html);
}

function refreshSoon() {
  clearTimeout(timer);
  timer = setTimeout(refresh, GATHER_MS);
}

function hear({ event, data }) {
  if (event === 'message' && data.message?.side === 'shopper') refreshSoon();
}

onOpened((place) => {
  end();
  const { room, tokenP: token, positionP: position } = place?.querySelector('[data-thread]')?.dataset ?? {};
  end = place?.querySelector('[data-customer]') ? onChannel(`room:${room}`, { token, position, message: hear }) : () => {};
});

document.addEventListener('visibilitychange', () => document.hidden || refreshSoon());
