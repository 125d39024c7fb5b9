/** The browser's own subscription, made with the shop's present key. */
const encode = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');

const keyOf = (subscription) => {
  const key = subscription?.options?.applicationServerKey;
  return key ? encode(key) : '';
};

/** One that was made with another key cannot be sent to any more, and stands in the way of a new one. */
export async function subscribe(manager, key) {
  const there = await manager.getSubscription();
  if (there && keyOf(there) === key) return there;
  await there?.unsubscribe();
  return manager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

export function describe(subscription, key) {
  const { endpoint, keys, expirationTime } = subscription.toJSON();
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const { p256dh, auth } = keys;
  return { endpoint, keys: { p256dh, auth }, expirationTime: expirationTime ?? null, applicationServerKey: key, timeZone: timeZone ?? 'UTC' };
}
