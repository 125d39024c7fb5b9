/** What browsers say to /api/realtime/push, in pages and in the service worker. */
const API = '/api/realtime/push';
const LIMIT_MS = 10_000;

export class Refused extends Error {
  constructor(status, { code = '', detail = '', devices = [] }) {
    super(detail);
    Object.assign(this, { status, code, devices });
  }
}

/** Throws Refused, or what fetch throws when there is no answer. */
async function ask(method, path, { body, csrfToken } = {}) {
  const headers = { Accept: 'application/json' };
  if (csrfToken) headers['X-CSRFToken'] = csrfToken;
  if (body) headers['Content-Type'] = 'application/json';
  const sent = { method, headers, cache: 'no-store', body: body && JSON.stringify(body), signal: AbortSignal.timeout(LIMIT_MS) };
  const answer = await fetch(API + path, sent);
  const document = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(answer.status, document);
  return document;
}

/** The shop's key, and the token that calls with a cookie carry. */
export const askKey = () => ask('GET', '/key');

export const createDevice = (body, csrfToken) => ask('POST', '/subscriptions', { body, csrfToken });
export const renewDevice = (id, body, csrfToken) => ask('PUT', `/subscriptions/${id}`, { body, csrfToken });
export const endDevice = (id, csrfToken) => ask('DELETE', `/subscriptions/${id}`, { csrfToken });
export const testDevice = (id, csrfToken) => ask('POST', `/subscriptions/${id}/test`, { csrfToken });
