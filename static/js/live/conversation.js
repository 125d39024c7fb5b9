import { RATE_LIMITED } from './inbox.js';
import { inTime } from './patience.js';
import { attempt, warnOnce } from './report.js';
import { LOST, Socket } from './socket.js';

const SYNC_EVERY_MS = 250; // the server takes ten frames a second
const RESUBSCRIBE_DELAY_MS = 2_000;
const TOKEN_CHECK_MS = 60_000;
const STAND_IN_AFTER_MS = 4_000;
const FAILURES_BEFORE_POLLING = 2;
const FRAME_CHARACTERS = 12_000; // the server takes 16 KiB a frame, of which the rest of it needs some
const EXPIRED = 4401;
const isFinal = (code) => code >= 4000 && code < 5000 && code !== EXPIRED;

/** What is said on the socket and what is answered; comes back as long as the server allows it. */
export class Conversation {
  isAway = false;
  #url;
  #lang;
  #identity;
  #channels;
  #inbox;
  #status;
  #typing;
  #onRights;
  #socket;
  #tokenCheck = setInterval(() => this.#identity.isOld && this.#channels.hasPrivate && this.#renew(), TOKEN_CHECK_MS);
  #lastId = 0;
  #failures = 0;
  #sync = 0;
  #syncedAt = -Infinity;
  #isConnecting = false;
  #isSubscribed = false;
  #isDegraded = false;
  #isStopped = false;
  #hasRenewed = false;

  constructor({ url, lang, WebSocket, identity, channels, inbox, status, typing, onRights }) {
    this.#url = url;
    this.#lang = lang;
    this.#identity = identity;
    this.#channels = channels;
    this.#inbox = inbox;
    this.#status = status;
    this.#typing = typing;
    this.#onRights = onRights;
    this.#socket = new Socket(WebSocket, {
      open: () => this.#subscribe(),
      frame: (text) => this.#receive(text),
      down: (code, wasStable) => this.#down(code, wasStable),
      retry: () => this.#connect(),
    });
  }

  get isIdle() {
    return this.#isStopped || this.isAway || !this.#channels.active.length;
  }

  /** What is said in one go, or soon after, travels in one frame. */
  syncSoon(delay = this.#syncedAt + SYNC_EVERY_MS - performance.now()) {
    if (!this.#isStopped) this.#sync ||= setTimeout(() => this.#syncNow(), delay);
  }

  #syncNow() {
    this.#sync = 0;
    this.#syncedAt = performance.now();
    const gone = this.#channels.takeGone();
    if (gone.length) this.#send('unsubscribe', { channels: gone });
    if (this.isIdle) this.#rest();
    else if (this.#socket.isOpen) this.#subscribe();
    else if (this.#socket.isIdle) this.#connect();
  }

  /** An open socket must answer soon; a wait for the next attempt is over. */
  probe() {
    this.#socket.wake();
  }

  /** Lost with the socket when there is none: it would be over before it was heard. */
  sayTyping(channel, state) {
    if (this.#isSubscribed) this.#send('typing', { channel, state });
    return this.#isSubscribed;
  }

  #rest() {
    this.letGo();
    if (this.#status.state === 'live') this.#status.show('connecting');
  }

  letGo() {
    this.#socket.close();
    this.#inbox.stop();
    this.#forgetSocket();
  }

  #forgetSocket() {
    this.#isSubscribed = this.#isDegraded = false;
    this.#channels.forgetSent();
  }

  #subscribe(channels = this.#channels.unsent) {
    for (const channel of channels) channel.isSent = true;
    for (const wanted of inFrames(channels.map(({ subscription }) => subscription))) {
      this.#send('subscribe', { token: this.#identity.token, lang: this.#lang, channels: wanted });
    }
  }

  #send(type, rest) {
    this.#socket.send({ type, id: ++this.#lastId, ...rest });
  }

  async #connect() {
    if (this.#isConnecting || this.isIdle || !this.#socket.isIdle) return;
    this.#isConnecting = true;
    this.#status.lose();
    this.#inbox.standIn(STAND_IN_AFTER_MS);
    await (this.#identity.isOld ? this.#renew() : this.#identity.running);
    const url = await this.#findUrl();
    this.#isConnecting = false;
    if (this.isIdle) return;
    if (url) this.#socket.open(url);
    else this.#socket.down(LOST);
  }

  async #findUrl() {
    try {
      const url = typeof this.#url === 'function' ? await inTime(this.#url()) : this.#url;
      if (!url) throw new Error('it was asked for in vain');
      return url;
    } catch (error) {
      warnOnce('there is no address to connect to', error);
      return null;
    }
  }

  /** Answers whether the socket should come back by itself. */
  #down(code, wasStable) {
    this.#failures = this.#isSubscribed ? 0 : this.#failures + 1;
    this.#forgetSocket();
    if (isFinal(code)) return this.stop();
    if (wasStable) this.#hasRenewed = false;
    this.#status.lose();
    this.#inbox.standIn(this.#failures < FAILURES_BEFORE_POLLING ? STAND_IN_AFTER_MS : 0);
    if (code === EXPIRED) this.#expired();
    return code !== EXPIRED;
  }

  /** New tokens once; then as nobody; then no more, or a session that has ended would knock for ever. */
  async #expired() {
    const mayRenew = !this.#hasRenewed;
    this.#hasRenewed = true;
    if (mayRenew && ((await this.#renew()) || typeof this.#url === 'function')) return this.#connect();
    if (!this.#identity.token) return this.stop();
    this.#identity.token = undefined;
    this.#channels.giveTokens({}, this.#channels.namesWithToken);
    this.#status.show('offline');
    this.#connect();
  }

  async #renew() {
    const renewed = await this.#identity.renew(this.#channels.namesWithToken);
    if (renewed) this.#channels.giveTokens(renewed.tokens, renewed.asked);
    this.#onRights();
    if (renewed && this.#isSubscribed) this.#subscribe(this.#channels.private);
    return renewed;
  }

  /** For good. */
  stop() {
    this.#isStopped = true;
    clearInterval(this.#tokenCheck);
    clearTimeout(this.#sync);
    this.letGo();
    this.#status.show('stopped');
    return false;
  }

  #receive(text) {
    attempt(() => this.#handle(JSON.parse(text)));
    if (!this.#isSubscribed) return;
    if (!this.#isDegraded) this.#status.refresh();
    this.#status.show(this.#isDegraded ? 'paused' : 'live');
  }

  #handle(frame) {
    const { type, code } = frame;
    if (type === 'message') this.#inbox.take(frame);
    else if (type === 'subscribed') this.#subscribed(frame);
    else if (type === 'presence') this.#inbox.takePresence(frame);
    else if (type === 'hello') this.#greeted(frame);
    else if (type === 'typing') this.#typing.take(frame);
    else if (type === 'reset') this.#inbox.miss(frame.channels);
    else if (type === 'degraded' || type === 'restored') this.#isDegraded = type === 'degraded';
    else if (type === 'unsubscribed' && frame.id === undefined) this.#tookBack(frame.channels);
    else if (type === 'error') this.#refused(frame);
    else if (type === 'disconnect' && frame.reconnect === false && code !== EXPIRED) this.stop();
    else if (type === 'disconnect') this.#socket.down(code);
  }

  #greeted({ beat, typing }) {
    if (beat > 0) this.#socket.beat = beat;
    this.#typing.times = typing;
  }

  #subscribed(frame) {
    this.#isSubscribed = true;
    this.#inbox.standDown();
    if (this.#inbox.settle(frame)) this.syncSoon(RESUBSCRIBE_DELAY_MS);
    const mendable = this.#channels.takeMendable();
    if (mendable.length) this.#tookBack(mendable);
    else this.#onRights();
  }

  /** A right has ended before its socket: only newer tokens, or another address, could bring it back. */
  async #tookBack(names) {
    if (typeof this.#url === 'function') return this.#socket.down(LOST);
    this.#channels.forgetSent(names);
    for (const channel of this.#channels.listActive(names)) channel.isRefused = true;
    await this.#renew();
  }

  #refused({ code, message }) {
    warnOnce(`the server answered ${code}`, message);
    if (code !== RATE_LIMITED) return;
    this.#channels.forgetSent(); // whichever subscribe it was: saying all of them again changes nothing else
    this.syncSoon(RESUBSCRIBE_DELAY_MS);
  }
}

/** In their order, in each frame as many as it holds: how long one is depends on its token. */
function inFrames(subscriptions) {
  const frames = [];
  let left = 0;
  for (const each of subscriptions) {
    const { length } = JSON.stringify(each);
    if (length > left) {
      frames.push([]);
      left = FRAME_CHARACTERS;
    }
    frames.at(-1).push(each);
    left -= length;
  }
  return frames;
}
