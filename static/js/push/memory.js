/** What this browser remembers of being a device: in the storage of its pages, and its id in a cache, which the worker can read. */
const NAME = 'push';
const LATER = 'push:later';
const CACHE = 'device';
const PLACE = '/push/device';

const read = (name) => {
  try {
    return JSON.parse(localStorage.getItem(name));
  } catch {
    return null;
  }
};

const write = (name, value) => {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, JSON.stringify(value));
  } catch {
    // Without storage the next page asks again, no more.
  }
};

/** {id, login, mark, at}, or null. */
export const recall = () => read(NAME);

export async function remember(device) {
  write(NAME, device);
  const cache = await caches.open(CACHE);
  await cache.put(PLACE, new Response(JSON.stringify({ id: device.id })));
}

export async function forget() {
  write(NAME, null);
  await caches.delete(CACHE);
}

/** For the worker: the device's id. */
export async function recallId() {
  const kept = await caches.match(PLACE);
  return kept && (await kept.json()).id;
}

export const isPutOff = () => read(LATER) > Date.now();
export const putOff = (ms) => write(LATER, Date.now() + ms);
