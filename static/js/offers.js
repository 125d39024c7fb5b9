/** Pushes on this device. Their module comes where they are offered or switched on already, and never before the page. */
let loading;

function isNeeded() {
  try {
    return document.querySelector('[data-push]') || localStorage.getItem('push');
  } catch {
    return false;
  }
}

async function look() {
  if (!isNeeded()) return;
  await (loading ??= import('./push.js'));
  document.dispatchEvent(new CustomEvent('push:look'));
}

document.addEventListener('htmx:after:swap', look);
(window.requestIdleCallback ?? setTimeout)(look);
// An app of the home screen has its page for when there is no network.
if (matchMedia('(display-mode: standalone)').matches) navigator.serviceWorker?.register('/sw.js');
