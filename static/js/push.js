/** What a page runs on a device that takes pushes, or that may be offered them. */
import { leave, sync } from './push/device.js';
import { startPanels } from './push/panel.js';
import { recall } from './push/memory.js';

const PATIENCE_MS = 1_000;

/** The next person at this browser must not read what is for this one. */
async function signOut(event) {
  const form = event.target;
  if (form.getAttribute('action') !== '/logout' || !recall()) return;
  event.preventDefault();
  const enough = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
  await Promise.race([leave().catch(() => {}), enough]);
  form.submit();
}

// What fails here is tried again by a later page; nobody asked for it.
const synced = sync().catch(() => {});
document.addEventListener('submit', signOut);
document.addEventListener('push:look', () => synced.then(startPanels));
