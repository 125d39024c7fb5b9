/** The agents' console and the staff's own rooms. */
import { resumeOutboxes } from './chat/outboxes.js';
import { startThreads } from './chat/thread.js';
import './chat/kept.js';
import { me } from './staff/console/conversation.js';
import './staff/console/waits.js';
import './staff/console/inbox.js';
import './staff/console/moves.js';
import './staff/console/head.js';
import './staff/console/onlookers.js';
import './staff/console/customer.js';
import './staff/console/dialog.js';
import './staff/console/compose.js';
import './staff/console/canned.js';
import './staff/console/redaction.js';
import './staff/console/shelf.js';
import './staff/console/agent.js';
import './staff/console/keys.js';

if (me()) resumeOutboxes(me());
startThreads();
document.addEventListener('htmx:after:swap', () => startThreads());
