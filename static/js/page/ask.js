/** How scripts ask the server for what it renders or knows. Both throw when there is no answer, or one that is an error. */
const LIMIT_MS = 10_000;

export const askJson = async (path) => (await ask(path, { Accept: 'application/json' })).json();

export const askHtml = async (path) => (await ask(path, { 'HX-Request': 'true' })).text();

/** A session that has ended leads to the page to sign in on, which is an answer to nothing. */
async function ask(path, headers) {
  const answer = await fetch(path, { headers, cache: 'no-store', signal: AbortSignal.timeout(LIMIT_MS) });
  if (!answer.ok || answer.redirected) throw Object.assign(new Error(`${answer.status} ${answer.url}`), { status: answer.status });
  return answer;
}
