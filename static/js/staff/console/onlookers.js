/** Agents who have the same conversation open see each other: each page says that it is looked at, and hears of the others. */
import { post } from '../../chat/requests.js';
import { me, onOpened, openRoom } from './conversation.js';

const AGAIN_MS = 20_000;
let people = [];
let room = '';

export function showLookers() {
  const place = document.querySelector('[data-lookers]');
  if (!place) return;
  const names = people.filter(({ subject }) => subject !== me()).map(({ name }) => name);
  const text = names.length ? `${names.join(' and ')} ${names.length > 1 ? 'look' : 'looks'} at this too` : '';
  if (place.textContent !== text) place.textContent = text;
  place.hidden = !text;
}

async function look() {
  if (!room || document.hidden) return;
  const asked = room;
  const { answer } = await post(`/staff/chat/rooms/${room}/look`, {}).catch(() => ({ answer: {} }));
  if (asked === room && answer.people) hear(answer.people);
}

function leave() {
  if (room) post(`/staff/chat/rooms/${room}/look`, { away: 1 }, { keepalive: true }).catch(() => {});
}

function hear(told) {
  people = told;
  showLookers();
}

onOpened(() => {
  leave();
  people = [];
  room = document.querySelector('[data-talk-head]') ? openRoom() : '';
  look();
});
setInterval(look, AGAIN_MS);
addEventListener('pagehide', leave);
document.addEventListener('visibilitychange', () => (document.hidden ? leave() : look()));
document.addEventListener('chat:changed', ({ detail }) => detail.type === 'looking' && detail.room === room && hear(detail.people));
