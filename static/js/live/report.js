const told = new Set();

/** Junk from outside must neither break the page nor flood the console: one warning per reason. */
export function warnOnce(reason, detail) {
  if (!told.has(reason)) console.warn(`live: ${reason}`, detail);
  told.add(reason);
}

export function attempt(action) {
  try {
    action();
  } catch (error) {
    warnOnce('a message could not be used', error);
  }
}
