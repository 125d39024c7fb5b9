import { warnOnce } from './report.js';
import { backoff } from './socket.js';

const REQUEST_LIMIT_MS = 10_000;
const JITTER_MS = 300;
const POLL_EVERY_MS = 3_000;
const CHANNELS_PER_REQUEST = 40; // keeps the request line under 4 kB, which servers commonly allow
const TOKENS_OLD_AFTER_MS = 8 * 60_000; // they live ten minutes

const request = (url, options) =>
  fetch(url, { cache: 'no-store', signal: AbortSignal.timeout(REQUEST_LIMIT_MS), ...options });

/** Newest messages of public channels, for gaps that the socket cannot fill and while it is away. */
export class Snapshot {
  #onAnswer;
  #wanted = new Set();
  #timer = 0;
  #isBusy = false;
  #attempt = 0;
  #poll = 0;

  constructor(onAnswer) {
    this.#onAnswer = onAnswer;
  }

  get isPolling() {
    return this.#poll > 0;
  }

  /** One request for all that is wanted within the jitter. */
  want(names) {
    for (const name of names) this.#wanted.add(name);
    this.#schedule(Math.random() * JITTER_MS);
  }

  startPolling(listNames) {
    this.#poll ||= setInterval(() => document.hidden || this.want(listNames()), POLL_EVERY_MS);
    this.want(listNames());
  }

  stopPolling() {
    clearInterval(this.#poll);
    this.#poll = 0;
  }

  stop() {
    this.stopPolling();
    this.#wanted = new Set();
  }

  #schedule(delay) {
    if (this.#timer || this.#isBusy || !this.#wanted.size) return;
    this.#timer = setTimeout(() => this.#run(this.#wanted), delay);
  }

  async #run(wanted) {
    this.#timer = 0;
    this.#isBusy = true;
    const names = [...wanted].slice(0, CHANNELS_PER_REQUEST);
    for (const name of names) wanted.delete(name);
    let delay = 0;
    try {
      this.#onAnswer(await fetchMessages(names));
      this.#attempt = 0;
    } catch {
      for (const name of names) wanted.add(name);
      delay = backoff(++this.#attempt);
    }
    this.#isBusy = false;
    this.#schedule(delay);
  }
}

/** Throws when it is worth another try. */
async function fetchMessages(names) {
  const query = new URLSearchParams(names.map((name) => ['channel', name]));
  const response = await request(`/live/messages?${query}`);
  if (response.ok) {
    const { epoch, messages } = await response.json();
    return { epoch, messages: [...messages] };
  }
  if (response.status === 429 || response.status >= 500) throw new Error(response.status);
  warnOnce('a refetch was refused', response.status);
  return { messages: [] };
}

/** The connection token, and the way to newer ones for this page's private channels. */
export class Tokens {
  connection = document.body.dataset.liveToken || undefined;
  /** The renewal under way: whoever connects now must wait for it, or would use the old token. */
  running = null;
  #renewedAt = Date.now();

  get areOld() {
    return this.connection && Date.now() - this.#renewedAt >= TOKENS_OLD_AFTER_MS;
  }

  /** Resolves to tokens by channel, or null; callers at the same time share one request. */
  renew() {
    this.running ??= this.#request()
      .catch(() => null)
      .finally(() => (this.running = null));
    return this.running;
  }

  async #request() {
    const csrf = document.querySelector('meta[name="csrf-token"]')?.content ?? '';
    const response = await request('/live/tokens', { method: 'POST', headers: { 'X-CSRFToken': csrf } });
    if (!response.ok) return null;
    const { connection, channels } = await response.json();
    this.connection = connection;
    this.#renewedAt = Date.now();
    return channels ?? {};
  }
}
