/** The elements that show a channel, and what each says it shows. */
const taken = new WeakMap(); // host -> the mark already taken from it

export const hostsOf = (channel) => [...document.querySelectorAll(`[data-channel="${CSS.escape(channel)}"]`)];

/** The page's channels by name, each with its token and the positions that were not read before. */
export function scan() {
  const found = new Map();
  for (const host of document.querySelectorAll('[data-channel]:not([data-channel=""])')) {
    const { channel, token } = host.dataset;
    const { positions } = found.get(channel) ?? found.set(channel, { token, positions: [] }).get(channel);
    if (!isTaken(host)) positions.push(positionOf(host));
  }
  return found;
}

/** Writes on the hosts that they show this message now. */
export function mark({ channel, version, offset, epoch }) {
  for (const { dataset } of hostsOf(channel)) {
    if (version !== undefined) dataset.version = version;
    else dataset.position = `${offset}@${epoch}`;
  }
}

function isTaken(host) {
  const text = host.dataset.version ?? host.dataset.position ?? '';
  if (taken.get(host) === text) return true;
  taken.set(host, text);
  return false;
}

function positionOf({ dataset: { version, position = '' } }) {
  const [offset, epoch] = position.split('@');
  if (version) return Number.isSafeInteger(+version) ? { version: +version } : undefined;
  return epoch ? { offset: Number(offset), epoch } : undefined;
}
