/** Taking back one's own words: the button comes with the bubble, and asks once more before it does it. */
import { post } from '../../chat/requests.js';
import { me, onOpened } from './conversation.js';
import { toast } from './dialog.js';

const ASK = 'Take back';
const SURE = 'Gone for everybody. Sure?';
let watcher = null;

function offer(list) {
  const own = `.c-message[data-sender="${CSS.escape(me())}"]:not(:has([data-redact])):not(:has(.c-message__body--gone))`;
  const isAmongEquals = list.closest('[data-thread]').dataset.as === 'member';
  for (const item of list.querySelectorAll(own)) {
    item.toggleAttribute('data-mine', isAmongEquals);
    const button = Object.assign(document.createElement('button'), { type: 'button', textContent: ASK, className: 'c-message__redact' });
    button.dataset.redact = '';
    item.append(button);
  }
}

async function press(button) {
  if (button.ariaBusy === 'true') return;
  if (button.textContent === ASK) return void (button.textContent = SURE);
  const { stream, seq } = button.closest('.c-message').dataset;
  const { room } = button.closest('[data-thread]').dataset;
  button.ariaBusy = 'true'; // it would lose the focus if it were disabled
  const { status, detail } = await post(`/chat/rooms/${room}/messages/${stream}/${seq}/redaction`, {}).catch(() => ({ status: 0 }));
  if (status >= 200 && status < 300) return;
  button.ariaBusy = null;
  toast(detail ?? 'It could not be taken back. Try again.', { kind: 'error' });
}

onOpened((place) => {
  watcher?.disconnect();
  const list = place?.querySelector('[data-list]');
  if (!list) return;
  offer(list);
  watcher = new MutationObserver(() => offer(list));
  watcher.observe(list, { childList: true });
});

document.addEventListener('click', ({ target }) => target.matches('[data-redact]') && press(target));
document.addEventListener('focusout', ({ target }) => target.matches?.('[data-redact]') && (target.textContent = ASK));
