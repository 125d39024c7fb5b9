/** Live pages: the channels that the page names, its badges, its status chip, and what its browser does to it. */
import { connect } from './live/client.js';
import { Announcer, swapIn } from './page/badges.js';
import { Chip } from './page/chip.js';
import { hostsOf, mark, scan } from './page/hosts.js';
import { Listeners } from './page/listeners.js';
import { renewTokens } from './page/tokens.js';
import { noteCount, showCounts } from './page/viewers.js';

const SCAN_DELAY_MS = 50;
const HIDDEN_LIMIT_MS = 60_000;

class Page {
  #live;
  #chip = new Chip();
  #announcer = new Announcer();
  #listeners;
  #own = { message: (message) => this.#show(message) };
  #names = new Set();
  #hiddenAt = Infinity;
  #scan = 0;

  constructor({ liveUrl, liveToken, liveLang }) {
    this.#live = connect(liveUrl, {
      token: liveToken || undefined,
      lang: liveLang,
      renewTokens,
      recoverUrl: '/live/recover',
      mayPoll: () => !document.hidden,
    });
    this.#listeners = new Listeners(this.#live);
  }

  start() {
    this.#listen();
    new MutationObserver(() => (this.#scan ||= setTimeout(() => this.#sync(), SCAN_DELAY_MS))).observe(
      document.documentElement,
      { subtree: true, childList: true, attributeFilter: ['data-channel', 'data-version', 'data-position'] },
    );
    this.#sync();
  }

  state() {
    return { state: this.#live.state, polling: this.#live.isPolling, channels: this.#live.positions };
  }

  /** For `page/channel.js`: what is heard is handed over and not swapped. */
  listen(name, listener, { token, since }) {
    this.#listeners.add(name, listener, { token, since });
    return () => this.#listeners.drop(name, listener);
  }

  type(name, isTyping) {
    this.#live.type(name, isTyping);
  }

  #listen() {
    const live = this.#live;
    live.addEventListener('state', ({ detail }) => this.#chip.show(detail));
    live.addEventListener('reset', ({ detail }) => this.#reset(detail.channels));
    live.addEventListener('presence', ({ detail }) => {
      noteCount(detail);
      tell('live:presence', detail);
    });
    addEventListener('online', () => live.wake());
    addEventListener('offline', () => live.doubt());
    addEventListener('pagehide', () => live.suspend()); // an open socket would bar the page from the back/forward cache
    addEventListener('pageshow', ({ persisted }) => persisted && live.resume());
    document.addEventListener('resume', () => live.wake()); // frozen in the background until now
    document.addEventListener('visibilitychange', () => this.#seen());
  }

  #sync() {
    this.#scan = 0;
    this.#chip.render();
    showCounts();
    const found = scan();
    const gone = [...this.#names].filter((name) => !found.has(name));
    for (const name of gone) this.#listeners.drop(name, this.#own);
    const behind = [...found].filter(([name, host]) => this.#follow(name, host)).map(([name]) => name);
    this.#names = new Set(found.keys());
    if (behind.length) this.#live.refetch(behind);
  }

  /** Answers whether the page shows the channel in different versions, so that one of them is behind. */
  #follow(name, { token, positions }) {
    const before = this.#live.positions[name] ?? null;
    const shown = positions.filter(Boolean);
    if (!this.#names.has(name)) this.#listeners.add(name, this.#own, { token });
    for (const since of shown) this.#live.showsAlready(name, since);
    const versions = shown.filter(({ version }) => version !== undefined).map(({ version }) => version);
    return new Set(before === null ? versions : [...versions, before]).size > 1 && versions.length > 0;
  }

  #show(message) {
    if (message.type !== 'message') return;
    this.#announcer.before();
    if (typeof message.content === 'string') swapIn(message.content, hostsOf(message.channel));
    mark(message);
    this.#announcer.after();
    tell('live:message', message);
  }

  /** Of what the page's own markup follows; listeners are told by themselves. */
  #reset(names) {
    const channels = names.filter((name) => this.#names.has(name));
    if (channels.length) tell('live:reset', { channels });
  }

  #seen() {
    const wasHiddenFor = Date.now() - this.#hiddenAt;
    this.#hiddenAt = document.hidden ? Date.now() : Infinity;
    if (wasHiddenFor > HIDDEN_LIMIT_MS) this.#live.wake();
  }
}

const tell = (event, detail) => document.dispatchEvent(new CustomEvent(event, { detail }));

function start() {
  if (window.liveshelf || !window.htmx || !document.body.dataset.liveUrl) return;
  const page = new Page(document.body.dataset);
  window.liveshelf = {
    state: () => page.state(),
    listen: (name, listener, from) => page.listen(name, listener, from),
    type: (name, isTyping) => page.type(name, isTyping),
  };
  page.start();
}

start();
document.addEventListener('load', start, true); // htmx may come later; load does not bubble, so capture
