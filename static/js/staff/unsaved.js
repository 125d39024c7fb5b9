/** Asks before a page is left whose form holds something that was not saved; a form that is being sent may go. */
const changed = new Set();

document.addEventListener('input', ({ target }) => {
  const form = target.closest('[data-guard]');
  if (form) changed.add(form);
});

document.addEventListener('submit', ({ target }) => changed.delete(target));

addEventListener('beforeunload', (event) => {
  for (const form of changed) if (!form.isConnected) changed.delete(form);
  if (changed.size) event.preventDefault();
});
