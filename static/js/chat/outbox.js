/**
 * What was written and is not yet stored by the server: sent one after the other, each with the id that it got when Send
 * was pressed, until there is an answer. It lies in the tab's storage, so that a reload or a dead connection loses nothing.
 */
export const GIVE_UP_MS = 120_000;
const LONGEST_WAIT_MS = 30_000;
const TRY_AGAIN = new Set([408, 425, 500, 502, 503, 504]);
const CLOCK = {
  now: () => Date.now(),
  wait: (act, ms) => setTimeout(act, ms),
  cancel: (timer) => clearTimeout(timer),
  random: () => Math.random(),
};

export class Outbox {
  #key;
  #storage;
  #send;
  #tell;
  #clock;
  #items;
  #current = null;
  #timer = null;
  #tries = 0;

  /**
   * `send(item, signal)` answers {status, answer, detail, retryAfter} or throws when there was none. `tell(item, state, details)`
   * hears each change: sending, held (`details.seconds`), sent (`details.answer`), failed (`details.text`).
   */
  constructor({ key, storage, send, tell = () => {}, clock = CLOCK }) {
    [this.#key, this.#storage, this.#send, this.#tell, this.#clock] = [key, storage, send, tell, clock];
    this.#items = this.#load();
  }

  /** What an earlier page left here, sent on under the same ids. Whoever begins to show it is told how each stands. */
  resume(tell = this.#tell) {
    this.#tell = tell;
    for (const item of this.#items) {
      if (!item.failed) item.since = this.#clock.now();
      this.#tell(item, item.failed ? 'failed' : 'sending', { text: item.failed });
    }
    this.#pump();
  }

  add(item) {
    this.#items.push({ ...item, since: this.#clock.now() });
    this.#save();
    this.#tell(item, 'sending', {});
    this.#pump();
  }

  retry(id) {
    const item = this.#find(id);
    if (!item) return;
    delete item.failed;
    item.since = this.#clock.now();
    this.#save();
    this.#tell(item, 'sending', {});
    this.wake();
  }

  /** Gone for good: it is not sent again, even if an attempt is under way. */
  remove(id) {
    this.#items = this.#items.filter((item) => item.id !== id);
    this.#save();
    if (this.#current?.id === id) this.#current.stop.abort();
  }

  /** There may be a connection again. */
  wake() {
    this.#clock.cancel(this.#timer);
    this.#timer = null;
    this.#tries = 0;
    this.#pump();
  }

  async #pump() {
    const item = this.#items.find(({ failed }) => !failed);
    if (this.#current || this.#timer !== null || !item) return;
    this.#current = { id: item.id, stop: new AbortController() };
    const answer = await this.#attempt(item, this.#current.stop.signal);
    this.#current = null;
    if (this.#find(item.id)) this.#settle(item, answer);
    else this.#pump();
  }

  async #attempt(item, signal) {
    try {
      return await this.#send(item, signal);
    } catch {
      return { status: 0 };
    }
  }

  #settle(item, { status, answer, detail, retryAfter }) {
    if (status === 429) return this.#hold(item, retryAfter ?? 1);
    if (status === 0 || TRY_AGAIN.has(status)) return this.#tryLater(item);
    this.#tries = 0;
    if (status < 300) {
      this.remove(item.id);
      this.#tell(item, 'sent', { answer });
    } else this.#fail(item, detail ?? 'This could not be sent.');
    this.#pump();
  }

  #hold(item, seconds) {
    item.since = this.#clock.now() + seconds * 1000;
    this.#tell(item, 'held', { seconds });
    this.#wait(seconds * 1000);
  }

  #tryLater(item) {
    if (this.#clock.now() - item.since >= GIVE_UP_MS) {
      this.#fail(item, 'Not sent.');
      this.#tries = 0;
      this.#pump();
      return;
    }
    const longest = Math.min(LONGEST_WAIT_MS, 1000 * 2 ** this.#tries);
    this.#tries += 1;
    this.#wait(longest * (0.5 + this.#clock.random() / 2));
  }

  #fail(item, text) {
    item.failed = text;
    this.#save();
    this.#tell(item, 'failed', { text });
  }

  #wait(ms) {
    this.#timer = this.#clock.wait(() => {
      this.#timer = null;
      this.#pump();
    }, ms);
  }

  #find(id) {
    return this.#items.find((item) => item.id === id);
  }

  #load() {
    try {
      return JSON.parse(this.#storage.getItem(this.#key)) ?? [];
    } catch {
      return [];
    }
  }

  #save() {
    try {
      if (this.#items.length) this.#storage.setItem(this.#key, JSON.stringify(this.#items));
      else this.#storage.removeItem(this.#key);
    } catch {
      // A full or forbidden storage: it is sent all the same as long as the page stays.
    }
  }
}
