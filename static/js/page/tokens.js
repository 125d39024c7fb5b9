const LIMIT_MS = 10_000;

/** Newer tokens for these private channels and the viewer's own; nothing when whoever looks at the page has no right to any. */
export async function renewTokens(channels = []) {
  const csrf = document.querySelector('meta[name="csrf-token"]')?.content ?? '';
  const response = await fetch('/live/tokens', {
    method: 'POST',
    cache: 'no-store',
    headers: { 'X-CSRFToken': csrf, 'Content-Type': 'application/json' },
    body: JSON.stringify({ channels }),
    signal: AbortSignal.timeout(LIMIT_MS),
  });
  return response.ok ? response.json() : null;
}
