/** How the chat's scripts ask the server, and what an answer that is an error says. */
const LIMIT_MS = 10_000;

/** One for each press of Send. Made without randomUUID, which a page has only over HTTPS. */
export const newId = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

export const csrfToken = () => document.querySelector('meta[name="csrf-token"]')?.content ?? '';

export async function askJson(path) {
  const answer = await fetch(path, {
    headers: { Accept: 'application/json' },
    cache: 'no-store',
    signal: AbortSignal.timeout(LIMIT_MS),
  });
  if (!answer.ok) throw new Error(answer.status);
  return answer.json();
}

export async function askHtml(path) {
  const answer = await fetch(path, { headers: { 'HX-Request': 'true' }, cache: 'no-store', signal: AbortSignal.timeout(LIMIT_MS) });
  if (!answer.ok) throw new Error(answer.status);
  return answer.text();
}

/** Throws when there was no answer at all. */
export async function post(path, fields, { signal = AbortSignal.timeout(LIMIT_MS), keepalive = false } = {}) {
  const body = new URLSearchParams(fields);
  const headers = { Accept: 'application/json', 'X-CSRFToken': csrfToken() };
  const answer = await fetch(path, { method: 'POST', headers, body, signal, keepalive });
  const document = await answer.json().catch(() => ({}));
  return {
    status: answer.status,
    answer: document,
    detail: explain(answer.status, document),
    retryAfter: Number(answer.headers.get('Retry-After')) || undefined,
  };
}

export function explain(status, { detail, title, errors }) {
  if (status === 401 || status === 403) return 'You are no longer signed in here. Reload the page; your text stays.';
  return errors?.[0]?.message ?? detail ?? title ?? 'This could not be sent.';
}
