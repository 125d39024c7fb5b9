/** The cart over the page. Most visits never open it, so its module comes at the first use; else the page does the work. */
async function use(event, act, instead) {
  event.preventDefault();
  try {
    await act(await import('./cart.js'));
  } catch {
    instead();
  }
}

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (form.matches('[data-add]')) use(event, (cart) => cart.add(form), () => form.submit());
});

document.addEventListener('click', (event) => {
  const link = event.target.closest('[data-cart-link]');
  const isOwn = event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
  if (!link || isOwn || document.querySelector('main #cart')) return;
  use(event, (cart) => cart.show(), () => location.assign(link.href));
});
