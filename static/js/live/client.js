/**
 * Live channels for any program: a page of ours, a foreign one, Node. Needs no document, no bundler, no dependency;
 * docs/api.md has the protocol, the options and examples.
 */
import { Channels } from './channels.js';
import { Conversation } from './conversation.js';
import { Identity } from './identity.js';
import { Inbox } from './inbox.js';
import { watchSleep } from './sleep.js';
import { Status } from './status.js';
import { Typing } from './typing.js';

/** Opens its socket with the first subscription. `url` may be a function that gets a one-use address each time. */
export function connect(url, options = {}) {
  return new Live(url, options);
}

/**
 * Fires `state`, `presence`, `typing`, `rights` (what may be heard has changed) and `reset`: what these channels missed
 * cannot be replayed, so whoever cares fetches it.
 */
class Live extends EventTarget {
  #channels = new Channels();
  #status = new Status((detail) => this.#tell('state', detail));
  #endSleepWatch = watchSleep(() => this.wake());
  #mayPoll;
  #inbox;
  #conversation;
  #typing = new Typing(
    (name, state) => this.#conversation.sayTyping(name, state),
    (channel, subjects) => this.#tell('typing', { channel, subjects }),
  );

  constructor(url, { token, lang, renewTokens, recoverUrl, mayPoll = () => true, ...platform }) {
    super();
    const { WebSocket = globalThis.WebSocket, fetch = globalThis.fetch } = platform;
    this.#mayPoll = mayPoll;
    this.#inbox = new Inbox(this.#channels, {
      recovery: { url: recoverUrl, lang, fetch, mayPoll },
      tell: (event, detail) => this.#tell(event, detail),
      onAnswer: () => this.#status.refresh(),
    });
    this.#conversation = new Conversation({
      url,
      lang,
      WebSocket,
      identity: new Identity(token, renewTokens),
      channels: this.#channels,
      inbox: this.#inbox,
      status: this.#status,
      typing: this.#typing,
      onRights: () => this.#tell('rights'),
    });
  }

  get state() {
    return this.#status.state;
  }

  get isPolling() {
    return this.#inbox.isPolling;
  }

  /** By channel, the version or the offset up to which messages came. */
  get positions() {
    return Object.fromEntries([...this.#channels.values()].map(({ name, version, offset }) => [name, version ?? offset]));
  }

  /** Once a channel: saying it again replaces `onMessage` and may move `since` forward. */
  subscribe(name, { since, token } = {}, onMessage = () => {}) {
    this.#channels.want(name, { since, token }).onMessage = onMessage;
    this.#conversation.syncSoon();
  }

  /** What its owner shows of it by other ways is not sent again. */
  showsAlready(name, since) {
    this.#channels.want(name, { since });
    this.#conversation.syncSoon();
  }

  unsubscribe(name) {
    this.#typing.stop(name);
    this.#channels.drop(name);
    this.#conversation.syncSoon();
  }

  /** Whether the server will not let it be heard, or no longer. */
  isRefused(name) {
    return this.#channels.get(name)?.isRefused ?? false;
  }

  /** For each keystroke, and `false` when nothing is left in the box. Nothing is said where the server knows no typing. */
  type(name, isTyping) {
    if (isTyping) this.#typing.start(name);
    else this.#typing.stop(name);
  }

  /** For an owner that no longer shows what it was told: the newest message of each comes once more. */
  refetch(names) {
    this.#inbox.refetch(names);
  }

  /** After sleep, or when somebody looks again: doubts the connection, and asks over HTTP without waiting for it. */
  wake() {
    if (this.#conversation.isIdle) return;
    this.#status.lose();
    if (this.#mayPoll()) this.#inbox.catchUp();
    this.#conversation.probe();
  }

  /** The network is said to be gone. That may be wrong: any answer takes it back. */
  doubt() {
    if (this.#conversation.isIdle) return;
    this.#status.show('offline');
    this.#conversation.probe();
  }

  /** Lets go of the socket, not of the positions: `resume` catches up. */
  suspend() {
    this.#conversation.isAway = true;
    this.#conversation.letGo();
  }

  resume() {
    this.#conversation.isAway = false;
    if (this.#conversation.isIdle) return;
    this.#inbox.catchUp();
    this.#conversation.syncSoon();
  }

  close() {
    this.#endSleepWatch();
    this.#conversation.stop();
  }

  #tell(event, detail) {
    this.dispatchEvent(new CustomEvent(event, { detail }));
  }
}
