/** The channels a page names and how far each has been shown: the only holder of versions and offsets. */
const isCount = Number.isSafeInteger;
const taken = new WeakMap(); // host -> the position attribute already taken from it

class Channel {
  version = null;
  offset = null;
  epoch = null;
  isSent = false;
  isRefused = false;

  constructor(name, token) {
    this.name = name;
    this.token = token;
  }

  get hosts() {
    return [...document.querySelectorAll(`[data-channel="${CSS.escape(this.name)}"]`)];
  }

  /** What the server needs to replay only what this page missed. */
  get subscription() {
    const { name, token, version, offset, epoch } = this;
    if (version !== null) return { channel: name, token, since: { version } };
    return { channel: name, token, since: offset === null ? undefined : { offset, epoch } };
  }

  /** Order guard. A snapshot is also news when it repeats a version that some host does not show yet. */
  isNews({ version, offset, epoch }, isSnapshot = false) {
    if (isCount(version)) {
      if (version !== this.version) return this.version === null || version > this.version;
      return isSnapshot && this.hosts.some((host) => +host.dataset.version !== version);
    }
    return isCount(offset) ? offset > this.offset || epoch !== this.epoch : isSnapshot;
  }

  /** Records, also on the hosts, that the page shows this message now. */
  advance({ version, offset, epoch }) {
    if (isCount(offset)) Object.assign(this, { offset, epoch });
    if (isCount(version)) this.version = version;
    for (const { dataset } of this.hosts) {
      if (isCount(version)) dataset.version = version;
      else if (isCount(offset)) dataset.position = `${offset}@${epoch}`;
    }
  }

  /** Reads a host once. True when it and the rest of the page disagree, so one of them is behind. */
  take(host) {
    const { version, position = '' } = host.dataset;
    const mark = version ?? position;
    if (taken.get(host) === mark) return false;
    taken.set(host, mark);
    if (version) return this.#takeVersion(+version);
    const [digits, epoch] = position.split('@');
    const offset = Number(digits);
    if (epoch && this.isNews({ offset, epoch })) Object.assign(this, { offset, epoch });
    return false;
  }

  #takeVersion(shown) {
    const known = this.version ?? shown;
    if (isCount(shown)) this.version = Math.max(known, shown);
    return shown !== known;
  }
}

export class Channels extends Map {
  #epoch = null;

  /** Re-reads the page. `removed`: gone from it; `behind`: shown in different versions. */
  scan() {
    const present = new Set();
    const behind = new Set();
    for (const host of document.querySelectorAll('[data-channel]:not([data-channel=""])')) {
      const { channel: name, token } = host.dataset;
      if (!this.has(name)) this.set(name, new Channel(name, token));
      if (this.get(name).take(host)) behind.add(name);
      present.add(name);
    }
    const removed = [...this.keys()].filter((name) => !present.has(name));
    for (const name of removed) this.delete(name);
    return { removed, behind: [...behind] };
  }

  get active() {
    return [...this.values()].filter(({ isRefused }) => !isRefused);
  }

  get private() {
    return this.active.filter(({ token }) => token);
  }

  get publicNames() {
    return this.active.filter(({ token }) => !token).map(({ name }) => name);
  }

  get hasPrivate() {
    return [...this.values()].some(({ token }) => token);
  }

  get positions() {
    return Object.fromEntries([...this.values()].map(({ name, version, offset }) => [name, version ?? offset]));
  }

  /** True when Redis lost its data since the last frame: the versions we know no longer order anything. */
  movedTo(epoch) {
    const moved = this.#epoch !== null && epoch !== this.#epoch;
    this.#epoch = epoch;
    if (moved) for (const channel of this.values()) channel.version = null;
    return moved;
  }

  /** A private channel that gets no token is not ours to hear; one refused for an old token may come back. */
  giveTokens(tokens) {
    for (const channel of this.values()) {
      if (!channel.token) continue;
      channel.isRefused = !tokens[channel.name];
      channel.token = tokens[channel.name] ?? channel.token;
    }
  }

  forgetSent() {
    for (const channel of this.values()) channel.isSent = false;
  }
}
