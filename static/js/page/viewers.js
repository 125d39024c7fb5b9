import { hostsOf } from './hosts.js';

const MENTIONABLE = 2; // whoever looks is one
const counts = new Map();

export function noteCount({ channel, count }) {
  counts.set(channel, count);
  showCounts();
}

/** Also in what was swapped in since. Writes only what differs, for whoever watches the page for changes. */
export function showCounts() {
  for (const [channel, count] of counts) {
    for (const host of hostsOf(channel)) {
      const place = host.querySelector('[data-presence-count]');
      if (place && place.textContent !== String(count)) place.textContent = count;
      if (place) host.hidden = count < MENTIONABLE;
    }
  }
}
