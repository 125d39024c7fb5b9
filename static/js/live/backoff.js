const FIRST_MS = 500;
const LONGEST_MS = 30_000;

/** Full jitter: a thousand pages cut by one restart must not come back in step. */
export const backoff = (attempt) => Math.random() * Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt);
