/** How the chat's scripts tell the server, and what an answer that is an error says. */
const LIMIT_MS = 10_000;

/** One for each press of Send. Made without randomUUID, which a page has only over HTTPS. */
export const newId = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

export const csrfToken = () => document.querySelector('meta[name="csrf-token"]')?.content ?? '';

/** Throws when there was no answer at all, or one that is not from us. */
export async function post(path, fields, { signal = AbortSignal.timeout(LIMIT_MS), keepalive = false } = {}) {
  const body = new URLSearchParams(fields);
  const headers = { Accept: 'application/json', 'X-CSRFToken': csrfToken() };
  const answer = await fetch(path, { method: 'POST', headers, body, signal, keepalive });
  const status = answer.redirected ? 401 : answer.status; // to the page to sign in on
  const document = await answer.json().catch(() => (status < 300 ? Promise.reject(new Error('not JSON')) : {}));
  return {
    status,
    answer: document,
    detail: explain(status, document),
    retryAfter: Number(answer.headers.get('Retry-After')) || undefined,
  };
}

export function explain(status, { detail, title, errors }) {
  if (status === 401 || status === 403) return 'You are no longer signed in here. Reload the page; your text stays.';
  return errors?.[0]?.message ?? detail ?? title ?? 'This could not be sent.';
}
