const LIMIT_MS = 10_000;

/** Rejects what takes longer: one answer that never comes must not end everything. */
export function inTime(answer) {
  const end = AbortSignal.timeout(LIMIT_MS);
  return Promise.race([answer, new Promise((_, reject) => end.addEventListener('abort', () => reject(end.reason)))]);
}
