/** The rows on the page, and which of them somebody is busy with. */
export const grid = document.querySelector('[data-grid]');

export const findRow = (sku) => document.getElementById(`row-${sku}`);
export const listRows = () => [...grid.querySelectorAll('[data-grid-rows] > tr')];

/** A row that is being edited or has the focus is its owner's: whatever happens elsewhere must not move it. */
export const isHeld = (row) => 'editing' in row.dataset || row.contains(document.activeElement);
