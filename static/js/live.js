/** Live pages: one socket for all channels the page names, and HTTP where the socket cannot help. */
import { Announcer, swapIn } from './live/badges.js';
import { Channels } from './live/channels.js';
import { Chip } from './live/chip.js';
import { Snapshot, Tokens } from './live/http.js';
import { attempt, warnOnce } from './live/report.js';
import { Socket } from './live/socket.js';

const SCAN_DELAY_MS = 50;
const RESUBSCRIBE_DELAY_MS = 2_000;
const TOKEN_CHECK_MS = 60_000;
const HIDDEN_LIMIT_MS = 60_000;
const FAILURES_BEFORE_POLLING = 2;
const CHANNELS_PER_FRAME = 100; // the server takes 16 KiB a frame
const EXPIRED = 4401;
const FINAL = [4403, 4429];

class Live {
  #channels = new Channels();
  #chip = new Chip();
  #announcer = new Announcer();
  #tokens = new Tokens();
  #snapshot = new Snapshot((answer) => this.#applyAll(answer));
  #socket = new Socket(document.body.dataset.liveUrl, {
    open: () => this.#subscribe(),
    frame: (text) => this.#receive(text),
    down: (code, wasStable) => this.#down(code, wasStable),
    retry: () => this.#connect(),
  });
  #lastId = 0;
  #failures = 0;
  #isSubscribed = false;
  #isDegraded = false;
  #isStopped = false;
  #isAway = false;
  #hasRenewed = false;
  #hiddenAt = Infinity;
  #scan = 0;

  start() {
    new MutationObserver(() => this.#syncIn(SCAN_DELAY_MS)).observe(document.documentElement, {
      subtree: true,
      childList: true,
      attributeFilter: ['data-channel', 'data-version', 'data-position'],
    });
    document.addEventListener('visibilitychange', () => this.#seen());
    addEventListener('online', () => this.#socket.wake());
    addEventListener('offline', () => this.#unplugged());
    addEventListener('pagehide', () => this.#leave());
    addEventListener('pageshow', ({ persisted }) => persisted && this.#restored());
    setInterval(() => this.#tokens.areOld && this.#channels.hasPrivate && this.#renew(), TOKEN_CHECK_MS);
    this.#sync();
  }

  state() {
    return { state: this.#chip.state, polling: this.#snapshot.isPolling, channels: this.#channels.positions };
  }

  #syncIn(delay) {
    this.#scan ||= setTimeout(() => this.#sync(), delay);
  }

  #sync() {
    this.#scan = 0;
    this.#chip.render();
    if (this.#isStopped) return;
    const { removed, behind } = this.#channels.scan();
    if (removed.length) this.#send('unsubscribe', { channels: removed });
    this.#refetch(behind);
    if (!this.#channels.active.length) this.#rest();
    else if (this.#socket.isIdle) this.#connect();
    else if (this.#socket.isOpen) this.#subscribe();
  }

  #rest() {
    this.#socket.close();
    this.#snapshot.stop();
    this.#isSubscribed = false;
    if (this.#chip.state === 'live') this.#chip.show('connecting');
  }

  #subscribe(channels = this.#channels.active.filter(({ isSent }) => !isSent)) {
    if (!channels.length) return;
    const batch = channels.slice(0, CHANNELS_PER_FRAME);
    for (const channel of batch) channel.isSent = true;
    this.#send('subscribe', {
      token: this.#tokens.connection,
      lang: document.body.dataset.liveLang,
      channels: batch.map(({ subscription }) => subscription),
    });
    this.#subscribe(channels.slice(CHANNELS_PER_FRAME));
  }

  #send(type, rest) {
    this.#socket.send({ type, id: ++this.#lastId, ...rest });
  }

  async #connect() {
    this.#chip.lose();
    await (this.#tokens.areOld ? this.#renew() : this.#tokens.running);
    if (!this.#isStopped && !this.#isAway && this.#channels.active.length) this.#socket.open();
  }

  /** Answers whether the socket should come back by itself. */
  #down(code, wasStable) {
    this.#failures = this.#isSubscribed ? 0 : this.#failures + 1;
    this.#isSubscribed = this.#isDegraded = false;
    this.#channels.forgetSent();
    if (FINAL.includes(code)) return this.#stop();
    if (wasStable) this.#hasRenewed = false;
    this.#chip.lose();
    if (this.#failures >= FAILURES_BEFORE_POLLING) this.#snapshot.startPolling(() => this.#channels.publicNames);
    if (code === EXPIRED) this.#expired();
    return code !== EXPIRED;
  }

  async #expired() {
    const mayRenew = !this.#hasRenewed;
    this.#hasRenewed = true;
    if (mayRenew && (await this.#renew())) return this.#connect();
    if (!this.#tokens.connection) return this.#stop(); // refused even without an identity
    this.#tokens.connection = undefined;
    this.#channels.giveTokens({});
    this.#chip.show('offline');
    this.#connect();
  }

  async #renew() {
    const tokens = await this.#tokens.renew();
    if (tokens) this.#channels.giveTokens(tokens);
    if (tokens && this.#isSubscribed) this.#subscribe(this.#channels.private);
    return tokens;
  }

  #stop() {
    this.#isStopped = true;
    this.#isSubscribed = false;
    this.#socket.close();
    this.#snapshot.stop();
    this.#chip.show('offline');
    return false;
  }

  #unplugged() {
    this.#chip.show('offline');
    this.#socket.wake(); // the browser may be wrong: an answer makes the chip live again
  }

  #seen() {
    const wasHiddenFor = Date.now() - this.#hiddenAt;
    this.#hiddenAt = document.hidden ? Date.now() : Infinity;
    if (document.hidden || this.#isStopped || wasHiddenFor <= HIDDEN_LIMIT_MS) return;
    this.#refetch();
    this.#socket.wake();
  }

  /** An open socket would bar the page from the back/forward cache. */
  #leave() {
    this.#isAway = true;
    this.#socket.close();
  }

  #restored() {
    this.#isAway = false;
    if (this.#isStopped) return;
    this.#socket.close();
    this.#down();
    this.#refetch();
    this.#connect();
  }

  #receive(text) {
    attempt(() => this.#handle(JSON.parse(text)));
    if (!this.#isSubscribed) return;
    if (!this.#isDegraded) this.#chip.refresh();
    this.#chip.show(this.#isDegraded ? 'paused' : 'live');
  }

  #handle(frame) {
    const { type, code, epoch, beat } = frame;
    if (type === 'message' || type === 'subscribed') {
      this.#moveTo(epoch);
      if (type === 'message') this.#apply(frame);
      else this.#subscribed(frame);
    } else if (type === 'hello' && beat > 0) this.#socket.beat = beat;
    else if (type === 'reset') this.#refetch(frame.channels);
    else if (type === 'degraded' || type === 'restored') this.#isDegraded = type === 'degraded';
    else if (type === 'error') this.#refused(frame);
    else if (type === 'disconnect' && frame.reconnect === false && code !== EXPIRED) this.#stop();
    else if (type === 'disconnect') this.#socket.down(code);
  }

  #subscribed({ epoch, channels }) {
    this.#isSubscribed = true;
    this.#snapshot.stopPolling();
    const isLost = ([name, answer]) => this.#isLost(this.#channels.get(name), answer, epoch);
    this.#refetch(Object.entries(channels).filter(isLost).map(([name]) => name));
  }

  #isLost(channel, { error, mode, offset, recovered }, epoch) {
    if (!channel || recovered) return false;
    if (error) {
      channel.isRefused = true;
      warnOnce(`a channel was refused: ${error}`, channel.name);
    } else if (mode === 'event') channel.advance({ offset, epoch });
    return !error;
  }

  #refused({ code, message }) {
    warnOnce(`the server answered ${code}`, message);
    if (code !== 'rate_limited' && code !== 'internal') return;
    this.#channels.forgetSent(); // whichever subscribe it was: saying all of them again changes nothing else
    this.#syncIn(RESUBSCRIBE_DELAY_MS);
  }

  /** Brings channels up to date whose history cannot be replayed; all of them by default. */
  #refetch(names = [...this.#channels.keys()]) {
    const affected = this.#channels.active.map(({ name }) => name).filter((name) => names.includes(name));
    if (!affected.length) return;
    this.#snapshot.want(this.#channels.publicNames.filter((name) => affected.includes(name)));
    tell('live:reset', { channels: affected });
  }

  #moveTo(epoch) {
    if (epoch && this.#channels.movedTo(epoch)) this.#refetch();
  }

  #applyAll({ epoch, messages }) {
    this.#moveTo(epoch);
    for (const message of messages) attempt(() => this.#apply(message, true));
    this.#chip.refresh();
  }

  #apply(message, isSnapshot = false) {
    const channel = this.#channels.get(message.channel);
    if (!channel?.isNews(message, isSnapshot)) return;
    this.#announcer.before();
    if (typeof message.content === 'string') swapIn(message.content, channel.hosts);
    channel.advance(message);
    this.#announcer.after();
    tell('live:message', message);
  }
}

const tell = (event, detail) => document.dispatchEvent(new CustomEvent(event, { detail }));

function start() {
  if (window.liveshelf || !window.htmx || !document.body.dataset.liveUrl) return;
  const live = new Live();
  window.liveshelf = { state: () => live.state() };
  live.start();
}

start();
document.addEventListener('load', start, true); // htmx may come later; load does not bubble, so capture
