/** What a page with a conversation runs: a page of its own, or any page of the shop once the panel is opened. */
import { follow } from './chat/notice.js';
import { resumeOutboxes } from './chat/outboxes.js';
import { startThreads } from './chat/thread.js';
import './chat/kept.js';
import './chat/panel.js';
import './chat/standing.js';

document.addEventListener('htmx:after:swap', () => startThreads());
resumeOutboxes();
startThreads();

const own = document.querySelector('main [data-thread]')?.dataset;
if (own) follow({ room: own.room, me: own.me, head: own.headP, token: own.tokenP, position: own.positionP });
