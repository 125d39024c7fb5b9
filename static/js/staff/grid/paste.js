/** What is copied from a spreadsheet and pasted on a figure is looked at first: it opens as a bulk edit, nothing is written. */
import { grid, listRows } from './rows.js';

const form = document.getElementById('pasted');

/** The figure that the keys go to: the one of a closed row, or the field of an open one. */
const findCell = () => document.activeElement?.closest('[data-grid-rows] .p-grid__edit, [data-grid-rows] input[name=units]');

/** Rows of cells; spreadsheets end the last one with a line break. */
const split = (text) => text.replace(/\r?\n$/, '').split(/\r?\n/).map((line) => line.split('\t').map((cell) => cell.trim()));

/** A single column belongs to the rows from here on. More of them than there are rows stand there by their number. */
function name(cells, row) {
  if (cells.some((line) => line.length > 1)) return cells;
  const rows = listRows();
  const first = rows.indexOf(row);
  return cells.map(([units], index) => [rows[first + index]?.dataset.sku ?? '', units]).filter(([, units]) => units);
}

function paste(event) {
  const cell = findCell();
  const cells = split(event.clipboardData.getData('text/plain'));
  if (!cell || (cells.length < 2 && cells[0].length < 2)) return; // one figure is typed as ever
  event.preventDefault();
  form.elements.figures.value = name(cells, cell.closest('tr')).map((line) => line.join('\t')).join('\n');
  form.requestSubmit();
}

if (grid && form) document.addEventListener('paste', paste);
