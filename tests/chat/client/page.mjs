/** As much of a page as the chat's scripts ask for when they have no document. */
export const settle = () => new Promise((resolve) => setImmediate(resolve));

/** `answer(path, options)` is what the server says: a status with a body, or an error to throw. */
export function openPage({ answer = () => ({}), kept = {} } = {}) {
  const listeners = {};
  const page = { kept, listeners, asked: [], channel: null };
  globalThis.window = globalThis;
  globalThis.document = { querySelector: () => null };
  globalThis.sessionStorage = Object.assign(Object.create({
    getItem: (key) => kept[key] ?? null,
    setItem: (key, value) => (kept[key] = sessionStorage[key] = value),
    removeItem: (key) => delete kept[key] && delete sessionStorage[key],
  }), kept);
  globalThis.addEventListener = (name, act) => (listeners[name] = act);
  globalThis.liveshelf = { listen: (_, listener) => ((page.channel = listener), () => (page.channel = null)) };
  globalThis.fetch = async (path, options) => {
    page.asked.push(path);
    const { status = 200, body = {}, redirected = false } = await answer(path, options);
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return { ok: status < 300, status, redirected, url: path, headers: new Headers(), text: async () => text, json: async () => JSON.parse(text) };
  };
  return page;
}
