/** The settings of notifications: a box that could not be saved goes back and says so, and the clock is the browser's. */
const said = document.getElementById('choices-said');

for (const event of ['htmx:response:error', 'htmx:error']) {
  document.addEventListener(event, ({ target }) => {
    if (!target.matches?.('[data-choice]')) return;
    target.checked = !target.checked;
    said.textContent = 'That was not saved. Check your connection and try again.';
  });
}

/** Where the shop does not know it yet, and nobody has typed one. */
function fillZone() {
  const zone = document.querySelector('[data-zone-unknown] input');
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (own && zone && zone.value === zone.defaultValue) zone.value = own;
}

document.addEventListener('htmx:after:swap', fillZone);
fillZone();
