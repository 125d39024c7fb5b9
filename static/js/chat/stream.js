import { backoff } from '../live/backoff.js';
import { askJson } from '../page/ask.js';
import { onChannel } from '../page/channel.js';
import { Sequence } from './order.js';

const GAP_MS = 300;
const POLL_MS = 4_000;
const FIRST_POLL_MS = 1_000;

/** One stream of a room: every entry of its log once, those that the socket missed from the log itself. */
export class Stream {
  #room;
  #name;
  #sequence;
  #hears;
  #end = () => {};
  #timer = 0;
  #failures = 0;
  #isAsking = false;
  #isOnline = true;
  #isStopped = false;

  /** `hears`: show(entry), reset(), aside(message), typing(subjects), and reach(isReached, isRefused): by socket or else by HTTP. */
  constructor({ room, name, head }, hears) {
    [this.#room, this.#name, this.#sequence, this.#hears] = [room, name, new Sequence(head), hears];
  }

  get channel() {
    return this.#name === 'i' ? `room:${this.#room}:staff` : `room:${this.#room}`;
  }

  start({ token, position }) {
    this.#end = onChannel(this.channel, {
      token,
      position,
      message: (message) => this.#hear(message),
      reset: () => this.#askIn(0),
      state: (online, state) => this.#noteState(online, state),
      typing: (subjects) => this.#hears.typing(subjects),
    });
  }

  stop() {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#end();
  }

  #hear({ event, data, content, ts }) {
    if (data.seq === undefined) this.#hears.aside({ event, data, ts });
    else this.#take({ seq: data.seq, type: event, data, content, ts });
  }

  #take(entry) {
    if (!this.#sequence.take(entry.seq)) return;
    this.#hears.show(entry);
    if (this.#sequence.hasGap) this.#askIn(GAP_MS);
  }

  #noteState(online, state) {
    this.#isOnline = online;
    if (online) this.#hears.reach(true);
    // The socket may be refused for an old token, which newer ones mend: only the log knows whose the room is.
    else this.#askIn(state === 'refused' ? 0 : FIRST_POLL_MS);
  }

  #askIn(ms) {
    clearTimeout(this.#timer);
    if (!this.#isStopped) this.#timer = setTimeout(() => this.#ask(), ms);
  }

  async #ask() {
    if (this.#isAsking) return this.#askIn(GAP_MS);
    this.#isAsking = true;
    try {
      await this.#catchUp();
      if (!this.#isStopped) this.#reached();
    } catch (error) {
      if (!this.#isStopped) this.#missed(error.status === 404);
    } finally {
      this.#isAsking = false;
    }
  }

  #reached() {
    this.#failures = 0;
    this.#hears.reach(true);
    if (this.#sequence.hasGap) this.#askIn(GAP_MS);
    else if (!this.#isOnline) this.#askIn(POLL_MS);
  }

  #missed(isRefused) {
    this.#failures += 1;
    if (!this.#isOnline) this.#hears.reach(false, isRefused);
    if (!isRefused) this.#askIn(POLL_MS + backoff(this.#failures));
  }

  async #catchUp() {
    for (;;) {
      const path = `/chat/rooms/${this.#room}/events?stream=${this.#name}&after=${this.#sequence.upTo}`;
      const { events, head, reset } = await askJson(path);
      if (reset) {
        await this.#hears.reset();
        return this.#sequence.skipTo(head);
      }
      for (const entry of events) this.#take(entry);
      // Entries that the log no longer has leave holes that nobody can fill.
      if (events.length) this.#sequence.skipTo(events.at(-1).seq);
      if (!events.length || this.#sequence.upTo >= head) return;
    }
  }
}
