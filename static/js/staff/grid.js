/** The stock list: rows kept fresh, figures edited in place, rows ticked. */
import './grid/columns.js';
import './grid/edit.js';
import './grid/patches.js';
import './grid/paste.js';
import './grid/selection.js';
import './grid/toast.js';
