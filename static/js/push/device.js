/** This browser as a device of somebody: switched on by a click, kept up to date by pages, switched off by a click or at sign-out. */
import { askKey, createDevice, endDevice, renewDevice, testDevice } from './calls.js';
import { forget, recall, remember } from './memory.js';
import { describe, subscribe } from './subscription.js';

const HOUR_MS = 3600_000;
const DAY_MS = 24 * HOUR_MS;

/** What the page was made with: {key, login}. */
const ofPage = () => document.querySelector('meta[name="push"]')?.dataset ?? {};

export const isSupported = () => 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window && 'caches' in window;

const findRegistration = () => navigator.serviceWorker.getRegistration('/');

async function ready() {
  await navigator.serviceWorker.register('/sw.js');
  return navigator.serviceWorker.ready;
}

async function findSubscription() {
  const registration = await findRegistration();
  return registration?.pushManager.getSubscription();
}

/** By which a page tells that something has changed since it last spoke to the shop. */
const markOf = (subscription) => [subscription?.endpoint, Notification.permission, ofPage().key, ofPage().login].join(' ');

const note = (id, subscription) => remember({ id, login: ofPage().login, mark: markOf(subscription), at: Date.now() });

export async function isOn() {
  const kept = recall();
  if (!isSupported() || !kept || kept.login !== ofPage().login || Notification.permission !== 'granted') return false;
  return Boolean(await findSubscription());
}

/** Called by a click, and asks the browser's question first: Safari forgets the click while it waits for anything else. */
export async function switchOn({ wants, replaceOldest = false } = {}) {
  const permission = await Notification.requestPermission();
  if (permission !== 'granted') return permission;
  const registration = await ready();
  const { key, csrfToken } = await askKey();
  const subscription = await subscribe(registration.pushManager, key);
  const more = { language: document.documentElement.lang || 'en', replaceOldest, ...(wants && { wants }) };
  const device = await createDevice({ ...describe(subscription, key), ...more }, csrfToken);
  await note(device.id, subscription);
  return permission;
}

export async function switchOff() {
  const kept = recall();
  const { csrfToken } = await askKey();
  const gone = (error) => { if (error.status !== 404) throw error; };
  if (kept) await endDevice(kept.id, csrfToken).catch(gone);
  await (await findSubscription())?.unsubscribe();
  await forget();
}

export async function sendTest() {
  const { csrfToken } = await askKey();
  await testDevice(recall().id, csrfToken);
}

/** Whoever signs out leaves nothing here; the shop ends its side by itself. */
export async function leave() {
  await (await findSubscription())?.unsubscribe();
  await forget();
}

/** Once a day, and when the browser, the shop's key or who is signed in has changed. */
export async function sync() {
  const kept = recall();
  if (!kept || !isSupported()) return;
  const mark = markOf(await findSubscription());
  if (kept.mark === mark && Date.now() - kept.at < DAY_MS) return;
  // A shop that cannot answer is asked again in an hour, not by every page.
  await remember({ ...kept, mark, at: Date.now() - DAY_MS + HOUR_MS });
  if (Notification.permission !== 'granted') await switchOff();
  else await renew(kept);
}

async function renew({ id, login }) {
  const registration = await ready();
  const { key, csrfToken } = await askKey();
  const subscription = await subscribe(registration.pushManager, key);
  try {
    await renewDevice(id, { ...describe(subscription, key), language: document.documentElement.lang || 'en' }, csrfToken);
    await note(id, subscription);
  } catch (error) {
    if (error.status !== 404) throw error;
    // It may be of an account whose login has ended here: its owner may come back.
    const isOfAccount = login && !ofPage().login;
    if (!isOfAccount) await forget();
  }
}
