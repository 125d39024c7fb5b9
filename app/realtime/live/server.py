"""The WSGI application of the socket process, and what one worker of it runs."""

import gc
import logging
from typing import Any

import flask_sock
import gevent
from flask import Flask, Response, jsonify, request

from app.core.redis import Redis, connect
from app.realtime.live.connection import LONGEST_LABEL, Connection
from app.realtime.live.dialogue import Dialogue
from app.realtime.live.handshake import find_refusal
from app.realtime.live.heartbeat import Heartbeat
from app.realtime.live.hub import Hub
from app.realtime.live.limits import Seats
from app.realtime.live.recovery import HistoryReader
from app.realtime.live.revocations import Revocations
from app.realtime.live.status import Status
from app.realtime.live.subscriber import Subscriber
from app.settings import Settings

log = logging.getLogger(__name__)

BROKEN, RESTART, OVERLOAD = 1011, 1012, 1013
BLOCKING_READ_SECONDS = 10


class Live:
    """Everything one worker process holds. Made before the fork, so it opens nothing until `start`."""

    def __init__(self, settings: Settings):
        self.settings = settings
        self.hub = Hub()
        self.seats = Seats(settings)
        client = connect(settings.REDIS_URL)
        self.history = HistoryReader(client)
        self.subscriber = Subscriber(self.hub, self.history, client, self._connect_subscriber)
        self.revocations = Revocations(self.hub, self._connect_reader)
        self.heartbeat = Heartbeat(self.hub, self.subscriber, settings.WEBSOCKET_HEARTBEAT_INTERVAL)
        self.status = Status(self.hub, self.seats, client)
        self.dialogue = Dialogue(
            settings, self.hub, self.seats, self.subscriber, self.history, self.revocations
        )
        self._is_started = False

    def start(self) -> None:
        """Start the greenlets of this process; once, however often it is called."""
        if self._is_started:
            return
        self._is_started = True
        for part in (self.subscriber, self.revocations, self.heartbeat, self.status):
            gevent.spawn(part.run)
        # What is loaded by now stays for good; without this each collection walks all of it.
        gc.collect()
        gc.freeze()

    def serve(self, connection: Connection) -> None:
        """One socket from its first frame to its last.

        Raises nothing: Flask would write an HTTP answer into the stream.
        """
        refusal = RESTART_REFUSAL if self.hub.is_draining else self.seats.find_refusal(connection.address)
        self.seats.take(connection.address)
        self.hub.enter(connection)
        self._log_opened(connection)
        try:
            self._converse(connection, refusal)
        finally:
            self.hub.leave(connection)
            self.seats.give_back(connection.address, connection.subject)
            connection.abandon()
            self._log_closed(connection)

    def _converse(self, connection: Connection, refusal: str | None) -> None:
        try:
            self.dialogue.greet(connection)
            if refusal:
                connection.close(RESTART if self.hub.is_draining else OVERLOAD, refusal)
            connection.serve(self.dialogue)
        except Exception:
            log.exception("socket %s failed", connection.id)
            connection.close(BROKEN, "internal error")
            connection.serve(self.dialogue)  # Until the peer has read it; what it still sends is thrown away.

    def _connect_subscriber(self) -> Any:
        # Protocol 2: pushes of protocol 3 take another path through the library, which would swallow
        # confirmations.
        return connect(self.settings.REDIS_URL, protocol=2).connection_pool.make_connection()

    def _connect_reader(self) -> Redis:
        return connect(self.settings.REDIS_URL, socket_timeout=BLOCKING_READ_SECONDS)

    def _log_opened(self, connection: Connection) -> None:
        if self.settings.WEBSOCKET_ENABLE_LOGGING:
            log.info("opened %s from %s label %r", connection.id, connection.address, connection.label)

    def _log_closed(self, connection: Connection) -> None:
        if self.settings.WEBSOCKET_ENABLE_LOGGING:
            log.info(
                "closed %s of %s code %s",
                connection.id,
                connection.subject or "nobody",
                connection.close_code,
            )


RESTART_REFUSAL = "restart"


def create_live(settings: Settings) -> Flask:
    """The application for `gunicorn wsgi:live`; its `extensions["live"]` is what `drain.watch` starts and
    drains.
    """
    app = Flask(__name__, static_folder=None)
    live = app.extensions["live"] = Live(settings)
    # Flask-Sock looks the name up for each socket and offers no other way to choose the class.
    flask_sock.Server = lambda environ: Connection(environ, settings)
    sock = flask_sock.Sock(app)

    @app.before_request
    def check_upgrade() -> Response | None:
        live.start()
        refusal = (
            find_refusal(request.environ, settings.ALLOWED_ORIGINS)
            if request.path == settings.WEBSOCKET_PATH
            else None
        )
        return Response(f"{refusal[1]}\n", refusal[0], mimetype="text/plain") if refusal else None

    @sock.route(settings.WEBSOCKET_PATH)
    def serve_socket(connection: Connection) -> None:
        connection.label = request.args.get("userId", "")[:LONGEST_LABEL]
        live.serve(connection)

    @app.get("/")
    @app.get("/health")
    def tell_health() -> tuple[Response, int]:
        status = "draining" if live.hub.is_draining else "degraded" if live.hub.degraded_since else "ok"
        body = {"status": status, "connections": len(live.hub.connections), "path": settings.WEBSOCKET_PATH}
        return jsonify(body), 503 if live.hub.is_draining else 200

    return app
