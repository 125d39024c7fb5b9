import { Recovery } from './recovery.js';
import { attempt, warnOnce } from './report.js';

export const RATE_LIMITED = 'rate_limited';

/** What was received, over the socket or HTTP: each message once, in order; what is missing is asked for. */
export class Inbox {
  #channels;
  #recovery;
  #tell;

  constructor(channels, { recovery, tell, onAnswer }) {
    this.#channels = channels;
    this.#tell = tell;
    this.#recovery = new Recovery({
      ...recovery,
      describe: (names) => channels.listActive(names).map(({ question }) => question),
      onAnswer: (answer) => {
        this.#takeAll(answer);
        onAnswer();
      },
    });
  }

  get isPolling() {
    return this.#recovery.isPolling;
  }

  /** Asks over HTTP for whatever came since. */
  catchUp() {
    this.#recovery.want(this.#channels.keys());
  }

  /** Keeps asking when the delay is over, until the socket answers again. */
  standIn(delay) {
    this.#recovery.standIn(() => this.#channels.keys(), delay);
  }

  standDown() {
    this.#recovery.standDown();
  }

  stop() {
    this.#recovery.stop();
  }

  /** The newest message of each comes once more, for an owner that does not show it any longer. */
  refetch(names = [...this.#channels.keys()]) {
    for (const channel of this.#channels.listActive(names)) channel.isWantedAgain = true;
    this.miss(names);
  }

  /** What these channels missed cannot be replayed: the newest is all that counts, or their owner must look. */
  miss(names) {
    const missing = this.#channels.listActive(names);
    if (!missing.length) return;
    this.#recovery.want(missing.filter(({ mode, token }) => mode !== 'event' && !token).map(({ name }) => name));
    this.#tell('reset', { channels: missing.map(({ name }) => name) });
  }

  take(message) {
    this.#moveTo(message.epoch);
    this.#deliver(message);
  }

  takePresence(frame) {
    this.#channels.get(frame.channel)?.onMessage(frame);
    this.#tell('presence', frame);
  }

  /** The answer to a subscribe. Answers whether some were refused only for now. */
  settle({ epoch, channels }) {
    this.#moveTo(epoch);
    const refused = Object.entries(channels).filter(([name, { error }]) => error && this.#channels.has(name));
    for (const [name, { error }] of refused) {
      warnOnce(`a channel was refused: ${error}`, name);
      if (error === RATE_LIMITED) this.#channels.forgetSent([name]);
      else this.#channels.get(name).isRefused = true;
    }
    this.miss(this.#listLost(channels, epoch));
    return refused.some(([, { error }]) => error === RATE_LIMITED);
  }

  /** The answer over HTTP, which may refuse what the socket's tokens open, and brings the newest state by itself. */
  #takeAll({ epoch, channels, messages }) {
    this.#moveTo(epoch);
    for (const message of messages) attempt(() => this.#deliver(message));
    const isKnown = ([, { offset }]) => offset > 0; // else Redis is down, and the next answer will tell
    const events = Object.entries(channels).filter((entry) => entry[1].mode === 'event' && isKnown(entry));
    const lost = this.#listLost(Object.fromEntries(events), epoch);
    if (lost.length) this.#tell('reset', { channels: lost });
    for (const [channel, { count, members }] of Object.entries(channels)) {
      if (count >= 0) attempt(() => this.takePresence({ type: 'presence', channel, count, members }));
    }
  }

  #listLost(answers, epoch) {
    const lost = Object.entries(answers).filter(([name, answer]) => this.#isLost(this.#channels.get(name), answer, epoch));
    return lost.map(([name]) => name);
  }

  #isLost(channel, { error, mode, offset, recovered }, epoch) {
    if (!channel || error || mode === 'presence') return false;
    channel.mode = mode;
    if (mode === 'event' && !recovered) channel.advance({ offset, epoch });
    return !recovered;
  }

  #moveTo(epoch) {
    if (this.#channels.movedTo(epoch)) this.miss([...this.#channels.keys()]);
  }

  #deliver(message) {
    const channel = this.#channels.get(message.channel);
    if (!channel?.isNews(message)) return;
    channel.advance(message);
    channel.onMessage(message);
  }
}
