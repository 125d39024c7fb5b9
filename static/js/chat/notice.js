import { onChannel } from '../page/channel.js';
import { Unread } from './unread.js';

const title = document.title;
let unread;
let following = { room: null, end() {} };

const corner = () => document.querySelector('[data-support]');
const isInSight = () => !document.hidden && !(corner() && !document.getElementById('support')?.open);

/** Tells on the way to support and in the title what was answered while nobody looked. One conversation at a time. */
export function follow({ room, me, unread: count = 0, head, token, position }) {
  if (room === following.room) return;
  following.end();
  unread = new Unread(+count, +head);
  const end = onChannel(`room:${room}`, { token, position, message: ({ event, data }) => hear(event, data, me) });
  following = { room, end };
  show();
}

function hear(event, data, me) {
  if (event === 'read' && data.reader === me) return read(data.read);
  const { message } = data;
  if (event !== 'message' || message.sender === me) return;
  unread.note(message.seq);
  show();
  const said = corner()?.parentElement.querySelector('[data-support-said]');
  if (said && !isInSight()) said.textContent = message.side === 'system' ? message.body : `1 new message from ${message.name}`;
}

function read(upTo) {
  unread?.read(upTo);
  show();
}

function show() {
  const count = unread?.count ?? 0;
  const pill = corner()?.querySelector('[data-support-count]');
  if (pill) {
    pill.hidden = count === 0;
    pill.firstChild.textContent = count || '';
  }
  document.title = count && !isInSight() ? `(${count}) ${title}` : title;
}

document.addEventListener('chat:read', ({ detail }) => read(detail.upTo));
document.addEventListener('visibilitychange', show);
