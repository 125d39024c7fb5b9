import { backoff } from './backoff.js';
import { warnOnce } from './report.js';

const CONNECT_LIMIT_MS = 10_000;
const SILENT_BEATS = 1.5; // the server speaks in every beat
const SHORTEST_SILENCE_MS = 10_000; // a hitch of the network is no silence
const PROBE_LIMIT_MS = 3_000;
const STABLE_MS = 5_000; // a server that accepts and cuts at once must not reset the backoff
const OPEN = 1;
export const LOST = 1006;

/**
 * One WebSocket, replaced when it ends. `on.down(code, wasStable)` answers whether to come back;
 * `on.retry()` is called when it is time to, and calls `open()` when it is ready.
 */
export class Socket {
  #WebSocket;
  #on;
  #ws = null;
  #openedAt = Infinity;
  #attempt = 0;
  #retry = 0;
  #watchdog = 0;
  #silenceLimit = SHORTEST_SILENCE_MS;

  constructor(WebSocket, on) {
    this.#WebSocket = WebSocket;
    this.#on = on;
  }

  get isIdle() {
    return !this.#ws && !this.#retry;
  }

  get isOpen() {
    return this.#ws?.readyState === OPEN;
  }

  /** How often the server speaks, as its hello tells. */
  set beat(ms) {
    this.#silenceLimit = Math.max(SHORTEST_SILENCE_MS, SILENT_BEATS * ms);
    this.#expectFrameWithin(this.#silenceLimit);
  }

  open(address) {
    if (this.#ws) return;
    this.close(); // a retry that was due
    try {
      const url = new URL(address, globalThis.location?.href);
      url.protocol = url.protocol.replace('http', 'ws');
      this.#listen((this.#ws = new this.#WebSocket(url)));
    } catch (error) {
      warnOnce('the socket cannot be opened', error);
      this.down(LOST);
    }
  }

  send(frame) {
    if (this.isOpen) this.#ws.send(JSON.stringify(frame));
  }

  /** Ends this connection and comes back later unless the owner says no. */
  down(code) {
    const wasStable = performance.now() - this.#openedAt > STABLE_MS;
    this.close();
    if (wasStable) this.#attempt = 0;
    if (this.#on.down(code, wasStable)) this.#retry = setTimeout(() => this.#comeBack(), backoff(this.#attempt++));
  }

  /** Ends it for good: no event of this connection is heard any more. */
  close() {
    clearTimeout(this.#retry);
    clearTimeout(this.#watchdog);
    const ws = this.#ws;
    this.#ws = null;
    this.#retry = 0;
    this.#openedAt = Infinity;
    ws?.close(1000);
  }

  /** After sleep or a change of network: prove the connection soon, or do not wait for the next attempt. */
  wake() {
    if (this.isOpen) {
      this.send({ type: 'ping' });
      this.#expectFrameWithin(PROBE_LIMIT_MS);
    } else if (this.#ws) {
      this.#expectFrameWithin(PROBE_LIMIT_MS);
    } else if (this.#retry) {
      this.#attempt = 0;
      this.#comeBack();
    }
  }

  #listen(ws) {
    const whileCurrent = (handle) => (event) => ws === this.#ws && handle(event);
    ws.onopen = whileCurrent(() => {
      this.#openedAt = performance.now();
      this.#on.open();
    });
    ws.onmessage = whileCurrent(({ data }) => {
      this.#expectFrameWithin(this.#silenceLimit);
      this.#on.frame(data);
    });
    ws.onclose = whileCurrent(({ code }) => this.down(code));
    ws.onerror = () => {}; // a close follows; without this Node's `ws` would throw
    this.#expectFrameWithin(CONNECT_LIMIT_MS);
  }

  #comeBack() {
    clearTimeout(this.#retry);
    this.#retry = 0;
    this.#on.retry();
  }

  #expectFrameWithin(limit) {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => this.down(LOST), limit);
  }
}
