/** The stock-take's sheet: Enter goes on to the next field, and from the last one to the button. */
const sheet = document.querySelector('[data-count]');

sheet?.addEventListener('keydown', (event) => {
  const isField = event.target.matches('[data-count-input]');
  if (event.key !== 'Enter' || !isField || event.isComposing || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const fields = [...sheet.querySelectorAll('[data-count-input]')];
  const next = fields[fields.indexOf(event.target) + (event.shiftKey ? -1 : 1)];
  (next ?? sheet.querySelector('button[type=submit]')).focus();
  next?.select();
});
