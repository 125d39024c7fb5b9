/** The channels that are wanted and how far each has been received: the only holder of versions and offsets. */
const isCount = Number.isSafeInteger;

class Channel {
  version = null;
  offset = null;
  epoch = null;
  mode = null;
  isSent = false;
  isRefused = false;
  /** Its token may just be old, which newer ones mend, once. */
  mayBeMended = true;
  /** Its owner lost what it had shown, so that the newest is news once more. */
  isWantedAgain = false;

  constructor(name) {
    this.name = name;
  }

  get position() {
    const { version, offset, epoch } = this;
    if (version !== null) return { version, epoch: epoch ?? undefined };
    return offset === null ? undefined : { offset, epoch };
  }

  /** What the server needs to replay only what was missed. */
  get subscription() {
    return { channel: this.name, token: this.token, since: this.position };
  }

  /** The same over HTTP, where the session opens what is private, and no position asks for the newest. */
  get question() {
    return { channel: this.name, since: this.isWantedAgain ? undefined : this.position };
  }

  /** Order guard and duplicate guard. */
  isNews({ version, offset, epoch }) {
    if (!isCount(version)) return isCount(offset) && (offset > this.offset || epoch !== this.epoch);
    return this.version === null || version > this.version || (this.isWantedAgain && version === this.version);
  }

  /** Never back, but for another epoch, in which offsets count anew. */
  advance({ version, offset, epoch }) {
    const isFurther = isCount(version) ? this.version === null || version > this.version : this.isNews({ offset, epoch });
    if (isFurther && isCount(version)) Object.assign(this, { version, epoch: epoch ?? null }); // SQL knows no epoch
    else if (isFurther) Object.assign(this, { offset, epoch });
    this.isWantedAgain = false;
  }
}

export class Channels extends Map {
  #epoch = null;
  #gone = [];

  /** The channel, made when it is new; `since` is what its owner shows of it already. */
  want(name, { since, token } = {}) {
    if (!this.has(name)) this.set(name, new Channel(name));
    const channel = this.get(name);
    if (token && token !== channel.token && channel.isRefused) Object.assign(channel, { token, isRefused: false, isSent: false });
    channel.token ??= token;
    if (since) channel.advance(since);
    return channel;
  }

  drop(name) {
    if (this.get(name)?.isSent) this.#gone.push(name);
    this.delete(name);
  }

  /** What the server sends still and nobody wants. */
  takeGone() {
    return this.#gone.splice(0);
  }

  get active() {
    return [...this.values()].filter(({ isRefused }) => !isRefused);
  }

  /** Those of `names`, in their own order; names from outside may be anything. */
  listActive(names) {
    return this.active.filter(({ name }) => names.includes(name));
  }

  get unsent() {
    return this.active.filter(({ isSent }) => !isSent);
  }

  get private() {
    return this.active.filter(({ token }) => token);
  }

  /** Those whose token was refused for the first time. */
  takeMendable() {
    const found = [...this.values()].filter(({ token, isRefused, mayBeMended }) => token && isRefused && mayBeMended);
    for (const channel of found) channel.mayBeMended = false;
    return found.map(({ name }) => name);
  }

  get namesWithToken() {
    return [...this.values()].filter(({ token }) => token).map(({ name }) => name);
  }

  get hasPrivate() {
    return [...this.values()].some(({ token }) => token);
  }

  /** True when Redis lost its data since the last frame: the versions we know no longer order anything. */
  movedTo(epoch) {
    if (!epoch) return false; // over HTTP, while nobody can tell
    const moved = this.#epoch !== null && epoch !== this.#epoch;
    this.#epoch = epoch;
    if (moved) for (const channel of this.values()) channel.version = null;
    return moved;
  }

  /**
   * Of those that were asked for, one that gets no token is not ours to hear; one refused for an old token may come back.
   * What is wanted since then has a token that is as new.
   */
  giveTokens(tokens, asked) {
    for (const channel of this.values()) {
      if (!channel.token || !asked.includes(channel.name)) continue;
      channel.isRefused = !tokens[channel.name];
      if (channel.isRefused) channel.mayBeMended = false;
      channel.token = tokens[channel.name] ?? channel.token;
    }
  }

  forgetSent(names = [...this.keys()]) {
    for (const name of names) if (this.has(name)) this.get(name).isSent = false;
  }
}
