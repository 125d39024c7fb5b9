const LIMIT_MS = 10_000;

/** Newer tokens for this page's private channels; nothing when whoever looks at it has no right to any. */
export async function renewTokens() {
  const csrf = document.querySelector('meta[name="csrf-token"]')?.content ?? '';
  const response = await fetch('/live/tokens', {
    method: 'POST',
    cache: 'no-store',
    headers: { 'X-CSRFToken': csrf },
    signal: AbortSignal.timeout(LIMIT_MS),
  });
  return response.ok ? response.json() : null;
}
