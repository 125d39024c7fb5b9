/** What the staff's pages run besides what every page runs. */
import './staff/alerts.js';
import './staff/count.js';
import './staff/grid.js';
import './staff/live-regions.js';
import './staff/operations.js';
import './staff/problem.js';
import './staff/unsaved.js';
import './staff/upload.js';
import './staff/waiting.js';
