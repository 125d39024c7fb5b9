/** A channel of the page's one socket, for modules that are bundled apart from it. Nothing is swapped for these. */
const page = () => window.liveshelf;

/**
 * `listener`: token, position ("41@k3f"), and what is called: message(message), reset() when something was missed that
 * cannot be replayed, state(isOnline, state), typing(subjects), or some of these. Answers how to stop.
 */
export function onChannel(name, { token, position = '', ...listener }) {
  if (!page()) {
    listener.state?.(false, 'stopped');
    listener.reset?.();
    return () => {};
  }
  const [offset, epoch] = position.split('@');
  return page().listen(name, listener, { token, since: epoch ? { offset: Number(offset), epoch } : undefined });
}

/** For each keystroke that leaves text in the box: how often it is said is the socket's business. */
export const typing = (name) => page()?.type(name, true);

/** Sent, or the box is empty. */
export const typed = (name) => page()?.type(name, false);
