import { backoff } from './backoff.js';
import { warnOnce } from './report.js';

const REQUEST_LIMIT_MS = 10_000;
const JITTER_MS = 300;
const POLL_EVERY_MS = 3_000;
const CHANNELS_PER_REQUEST = 100;

/** Asks over HTTP for what was missed: where the socket cannot replay it, and while there is no socket. */
export class Recovery {
  #ask;
  #mayPoll;
  #describe;
  #onAnswer;
  #wanted = new Set();
  #timer = 0;
  #isBusy = false;
  #attempt = 0;
  #standIn = 0;
  #poll = null;

  /** `describe(names)` makes the questions, shortly before they are asked. Without a `url` nothing is asked at all. */
  constructor({ url, lang, fetch, mayPoll, describe, onAnswer }) {
    this.#ask = url && ((channels) => ask(fetch, url, { lang, channels }));
    this.#mayPoll = mayPoll;
    this.#describe = describe;
    this.#onAnswer = onAnswer;
  }

  get isPolling() {
    return this.#poll !== null;
  }

  /** One request for all that is wanted within the jitter. */
  want(names) {
    if (!this.#ask) return;
    for (const name of names) this.#wanted.add(name);
    this.#schedule(Math.random() * JITTER_MS);
  }

  /** Polls when the delay is over, until the socket is back. */
  standIn(listNames, delay = 0) {
    if (this.isPolling || !this.#ask || (this.#standIn && delay)) return;
    clearTimeout(this.#standIn);
    const poll = () => this.#mayPoll() && this.want(listNames());
    this.#standIn = setTimeout(() => {
      this.#poll = setInterval(poll, POLL_EVERY_MS);
      poll();
    }, delay);
  }

  standDown() {
    clearTimeout(this.#standIn);
    clearInterval(this.#poll);
    this.#standIn = 0;
    this.#poll = null;
  }

  /** An answer that is on its way will not be heard. */
  stop() {
    this.standDown();
    clearTimeout(this.#timer);
    this.#timer = 0;
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
      const questions = this.#describe(names);
      const answer = questions.length ? await this.#ask(questions) : null;
      if (answer && wanted === this.#wanted) this.#onAnswer(answer);
      this.#attempt = 0;
    } catch {
      for (const name of names) wanted.add(name);
      delay = backoff(++this.#attempt);
    }
    this.#isBusy = false;
    this.#schedule(delay);
  }
}

/** Null when it is refused for good; throws when it is worth another try. */
async function ask(fetch, url, question) {
  const response = await fetch(url, {
    method: 'POST',
    cache: 'no-store',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(question),
    signal: AbortSignal.timeout(REQUEST_LIMIT_MS),
  });
  if (response.ok) {
    const { epoch, channels, messages } = await response.json();
    return { epoch, channels: channels ?? {}, messages: [...messages] };
  }
  if (response.status === 429 || response.status >= 500) throw new Error(response.status);
  warnOnce('a recovery was refused', response.status);
  return null;
}
