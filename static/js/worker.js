/** The service worker of the shop: shows pushes, follows what people do with them, and has a page for when there is no network. */
import { askKey, renewDevice } from './push/calls.js';
import { recallId } from './push/memory.js';
import { describe, subscribe } from './push/subscription.js';

const OFFLINE = 'offline-1';
const PAGE = '/offline';
// A push must always show something: browsers end subscriptions that do not.
const PLAIN = { title: 'There is news for you', body: 'Open the shop to read it.', tag: 'news', navigate: '/notifications' };

const ownAddress = (address) => {
  const url = new URL(address ?? '/', location.origin);
  return url.origin === location.origin ? url.href : location.origin;
};

function readPush(data) {
  try {
    const told = data.json().notification;
    if (typeof told.title === 'string' && told.title) return told;
  } catch {
    // Nothing came along, or it is no JSON.
  }
  return PLAIN;
}

function show({ title, body = '', lang = '', tag = '', icon = '/push/icon-192.png', navigate, data = {}, actions = [] }) {
  const buttons = Object.fromEntries(actions.map((each) => [each.action, each.navigate]));
  return self.registration.showNotification(title, {
    body, lang, tag, icon,
    // A copy of what is shown already replaces it without a sound.
    renotify: false,
    actions: actions.slice(0, 2).map((each) => ({ action: each.action, title: each.title })),
    data: { ...data, navigate, buttons },
  });
}

async function mark(address, kind) {
  try {
    const [, token] = new URL(address, location.origin).pathname.match(/^\/n\/(.+)$/);
    const body = new URLSearchParams({ token, kind });
    await fetch('/api/realtime/push/marks', { method: 'POST', body, credentials: 'omit', keepalive: true });
  } catch {
    // It is no notification of ours, or there is no network: what is shown stays shown.
  }
}

async function setBadge(count) {
  try {
    if (count !== undefined) await navigator.setAppBadge?.(Number(count));
  } catch {
    // This system shows no figures.
  }
}

async function receive(data) {
  const told = readPush(data);
  try {
    await show(told);
  } catch {
    await show(PLAIN);
  }
  await Promise.all([mark(told.navigate, 'displayed'), setBadge(told.app_badge)]);
}

/** The page that it is about, if it is open somewhere; otherwise the address that counts the click and leads there. */
async function openPage(address, path) {
  try {
    const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
    const there = path && windows.find(({ url }) => url === new URL(path, location.origin).href);
    await (there ? there.focus() : self.clients.openWindow(ownAddress(address)));
  } catch {
    // The browser lets nobody through just now.
  }
}

function follow({ notification, action }) {
  const { navigate, path, buttons = {} } = notification.data ?? {};
  const pressed = action && buttons[action];
  notification.close();
  return Promise.all([mark(pressed || navigate, 'clicked'), openPage(pressed || navigate, pressed ? '' : path)]);
}

async function resubscribe() {
  const id = await recallId();
  if (!id) return;
  const { key, csrfToken } = await askKey();
  const subscription = await subscribe(self.registration.pushManager, key);
  await renewDevice(id, describe(subscription, key), csrfToken);
}

async function keepOfflinePage() {
  const answer = await fetch(PAGE, { cache: 'reload' });
  if (!answer.ok) throw new Error(answer.status);
  const text = await answer.clone().text();
  const cache = await caches.open(OFFLINE);
  await cache.put(PAGE, answer);
  await cache.addAll([...text.matchAll(/href="(\/static\/[^"]+\.css)"/g)].map(([, path]) => path));
}

async function tidy() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith('offline-') && name !== OFFLINE).map((name) => caches.delete(name)));
  await self.registration.navigationPreload?.enable();
  await self.clients.claim();
}

async function fetchPage(event) {
  try {
    return (await event.preloadResponse) ?? (await fetch(event.request));
  } catch {
    return (await caches.match(PAGE)) ?? Response.error();
  }
}

async function fetchLooks(request) {
  try {
    return await fetch(request);
  } catch {
    return (await caches.match(request)) ?? Response.error();
  }
}

self.addEventListener('install', (event) => {
  self.skipWaiting();
  event.waitUntil(keepOfflinePage().catch(() => {}));
});
self.addEventListener('activate', (event) => event.waitUntil(tidy()));
self.addEventListener('push', (event) => event.waitUntil(receive(event.data)));
self.addEventListener('notificationclick', (event) => event.waitUntil(follow(event)));
self.addEventListener('notificationclose', (event) => event.waitUntil(mark(event.notification.data?.navigate, 'dismissed')));
self.addEventListener('pushsubscriptionchange', (event) => event.waitUntil(resubscribe()));
self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.mode === 'navigate') event.respondWith(fetchPage(event));
  else if (request.destination === 'style') event.respondWith(fetchLooks(request));
});
