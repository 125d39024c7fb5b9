import { post } from './requests.js';

const QUIET_MS = 1_000;

/** Tells the server how far this reader has seen, and shows under their newest own bubble how far the others have. */
export class Receipts {
  #room;
  #me;
  #owner;
  #log;
  #items;
  #read;
  #seen;
  #wanted = {};
  #timer = 0;
  #watcher;
  #mark = document.createElement('p');
  #clock;

  /**
   * `read` and `seen` are how far this reader and the others had read when the page was made, of whom only the `owner` counts if
   * there is one; `items()` are the bubbles.
   */
  constructor({ room, me, owner, log, read, seen, zone, items }) {
    [this.#room, this.#me, this.#owner, this.#log, this.#items] = [room, me, owner, log, items];
    this.#seen = { seq: seen, at: null };
    this.#read = { p: read, i: 0 };
    this.#clock = new Intl.DateTimeFormat(document.documentElement.lang || undefined, { timeStyle: 'short', hourCycle: 'h23', timeZone: zone });
    this.#mark.className = 'c-message__fate';
    this.#mark.setAttribute('aria-live', 'off');
    this.#watcher = new IntersectionObserver((entries) => this.#notice(entries), { root: log, threshold: 0.5 });
    document.addEventListener('visibilitychange', this.#flushLater);
    items().forEach((item) => this.watch(item));
    this.render();
  }

  watch(item) {
    const { sender, stream, seq } = item.dataset;
    if (sender !== this.#me && seq > (this.#read[stream] ?? 0)) this.#watcher.observe(item);
  }

  /** Somebody has read: another person, or this one in another tab. */
  note({ reader, read }, ts) {
    if (reader === this.#me) this.#read.p = Math.max(this.#read.p, read);
    else if (read > this.#seen.seq && (!this.#owner || reader === this.#owner)) this.#seen = { seq: read, at: ts };
    this.render();
  }

  render() {
    const own = this.#items().findLast((item) => item.dataset.sender === this.#me && item.dataset.stream === 'p');
    if (!own) return this.#mark.remove();
    const isSeen = +own.dataset.seq <= this.#seen.seq;
    const text = !isSeen ? 'Sent' : this.#seen.at ? `Seen ${this.#clock.format(this.#seen.at)}` : 'Seen';
    if (this.#mark.textContent !== text) this.#mark.textContent = text;
    if (this.#mark.parentElement !== own) own.append(this.#mark);
  }

  stop() {
    clearTimeout(this.#timer);
    this.#watcher.disconnect();
    document.removeEventListener('visibilitychange', this.#flushLater);
  }

  #notice(entries) {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      const { stream, seq } = target.dataset;
      this.#wanted[stream] = Math.max(this.#wanted[stream] ?? 0, +seq);
      if (!document.hidden) this.#watcher.unobserve(target);
    }
    this.#flushLater();
  }

  #flushLater = () => {
    if (document.hidden) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#flush(), QUIET_MS);
  };

  async #flush() {
    if (document.hidden) return;
    for (const [stream, seq] of Object.entries(this.#wanted)) {
      if (seq <= this.#read[stream]) continue;
      try {
        const { status } = await post(`/chat/rooms/${this.#room}/reads`, { stream, seq }, { keepalive: true });
        if (status < 300) this.#read[stream] = Math.max(this.#read[stream], seq);
      } catch {
        // The next message that is seen says it too.
      }
    }
    this.#log.dispatchEvent(new CustomEvent('chat:read', { bubbles: true, detail: { room: this.#room, upTo: this.#read.p } }));
  }
}
