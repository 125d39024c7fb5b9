/** The outbox of each conversation, one as long as the page: a thread that takes the place of another goes on with it. */
import { Outbox } from './outbox.js';
import { post } from './requests.js';

const ACK_MS = 5_000;
const PREFIX = 'chat:outbox:';
const outboxes = new Map(); // key in the tab's storage -> its outbox

/** What a tab keeps of a conversation. A shopper's is theirs alone; at a desk the next one to sign in writes for themselves. */
export const keyOf = (what, room, writer) => `chat:${what}:${room}${writer ? `:${writer}` : ''}`;

/** `writer` is who writes, where several might in the same tab. */
export function outboxOf(room, writer = '') {
  const key = keyOf('outbox', room, writer);
  const sendTo = (item, signal) => send(room, item, signal);
  if (!outboxes.has(key)) outboxes.set(key, new Outbox({ key, storage: sessionStorage, send: sendTo }));
  return outboxes.get(key);
}

/** What an earlier page left in any conversation goes out, whether or not that one is shown. */
export function resumeOutboxes(writer = '') {
  for (const key of Object.keys(sessionStorage).filter((each) => each.startsWith(PREFIX))) {
    const [room, ...rest] = key.slice(PREFIX.length).split(':');
    if (rest.join(':') === writer) outboxOf(room, writer).resume();
  }
}

function send(room, { id, body, stream }, signal) {
  const limit = AbortSignal.timeout(ACK_MS);
  const path = `/chat/rooms/${room}/messages`;
  return post(path, { clientId: id, body, stream }, { signal: AbortSignal.any?.([signal, limit]) ?? limit });
}

addEventListener('online', () => outboxes.forEach((outbox) => outbox.wake()));
