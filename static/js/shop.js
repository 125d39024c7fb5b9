/** What every page of the shop runs. */
import './live.js';
import './theme.js';
import './combobox.js';
import './gallery.js';
import './plain.js';
import './drawer.js';
import './bell.js';
import './offers.js';
import './support.js';
