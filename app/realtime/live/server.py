"""The WSGI application of the socket process, and what one worker of it runs."""

import gc
import logging
import time
from typing import Any

import flask_sock
import gevent
from flask import Flask, Response, jsonify, request

from app.core.redis import Redis, connect
from app.realtime.live import message
from app.realtime.live.connection import LONGEST_LABEL, Connection
from app.realtime.live.dialogue import Dialogue
from app.realtime.live.echo import add_echo
from app.realtime.live.handshake import find_refusal, refuse
from app.realtime.live.heartbeat import Heartbeat
from app.realtime.live.hub import Hub
from app.realtime.live.inbound import LONGEST_TICKET
from app.realtime.live.limits import Seats, client_address, network_of
from app.realtime.live.presence import Attendance
from app.realtime.live.probe import Probe
from app.realtime.live.recovery import HistoryReader
from app.realtime.live.revocations import Revocations
from app.realtime.live.rights import Rights
from app.realtime.live.status import Status
from app.realtime.live.subscriber import Subscriber
from app.realtime.live.threats import BLOCKED, Threats
from app.realtime.live.typists import Typists
from app.settings import Settings

log = logging.getLogger(__name__)

BROKEN, RESTART, OVERLOAD, ABUSE = 1011, 1012, 1013, 4429
FOREIGN = 403
LONGEST_ORIGIN = 200
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
        self.threats = Threats(self.hub, client)
        self.revocations = Revocations(self.hub, self.threats, self._connect_reader)
        self.heartbeat = Heartbeat(self.hub, self.subscriber, settings.WEBSOCKET_HEARTBEAT_INTERVAL)
        self.presence = Attendance(self.hub, client, settings.WEBSOCKET_HEARTBEAT_INTERVAL)
        self.status = Status(self.hub, self.seats, client)
        self.typists = Typists(self.hub, client, settings.CHAT_ENABLE_TYPING_INDICATORS)
        self.probe = Probe(self.hub)
        self.rights = Rights(
            settings, self.hub, self.seats, self.revocations, self.threats, self.probe, client
        )
        self.dialogue = Dialogue(
            settings,
            self.hub,
            self.subscriber,
            self.history,
            self.rights,
            self.threats,
            self.presence,
            self.typists,
        )
        self._is_started = False

    def start(self) -> None:
        """Start the greenlets of this process; once, however often it is called."""
        if self._is_started:
            return
        self._is_started = True
        for part in (
            self.subscriber,
            self.revocations,
            self.threats,
            self.heartbeat,
            self.presence,
            self.typists,
            self.status,
        ):
            gevent.spawn(part.run)
        # What is loaded by now stays for good; without this each collection walks all of it.
        gc.collect()
        gc.freeze()

    def serve(self, connection: Connection, origin: str, ticket: str) -> None:
        """One socket from its first frame to its last.

        Raises nothing: Flask would write an HTTP answer into the stream.
        """
        refusal = self._find_refusal(connection.address)
        if not refusal:
            self.seats.take(connection.address)
        self.hub.enter(connection)
        if not refusal:
            self._log("opened", connection, origin)
        try:
            self._converse(connection, refusal, ticket)
        finally:
            self.hub.leave(connection)
            if not refusal:
                self.seats.give_back(connection.address, connection.subject)
            connection.abandon()
            self._log("refused" if refusal else "closed", connection, origin)

    def _find_refusal(self, address: str) -> tuple[int, str] | None:
        """Close code and reason. Told after the opening: a browser takes no HTTP answer for an end, and comes back."""
        if self.hub.is_draining:
            return RESTART, "restart"
        if self.threats.is_blocked(address):
            return ABUSE, BLOCKED
        if reason := self.seats.find_refusal(address):
            network = network_of(address)
            self.probe.ask(network, lambda other: network_of(other.address) == network)
            return OVERLOAD, reason
        return None

    def _converse(self, connection: Connection, refusal: tuple[int, str] | None, ticket: str) -> None:
        try:
            self.dialogue.greet(connection)
            if refusal:
                connection.close(*refusal)
            elif ticket:
                self.rights.redeem(connection, ticket)
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

    def _log(self, event: str, connection: Connection, origin: str) -> None:
        """Who and how long, never what was said: frames hold tokens and messages."""
        if self.settings.WEBSOCKET_ENABLE_LOGGING:
            log.info(
                "%s %s address %s user %s origin %r code %s seconds %.1f",
                event,
                connection.id,
                connection.address,
                connection.subject or "-",
                origin[:LONGEST_ORIGIN],
                connection.close_code or "-",
                time.monotonic() - connection.opened_at,
            )


def create_live(settings: Settings) -> Flask:
    """The application for `gunicorn wsgi:live`; its `extensions["live"]` is what `drain.watch` starts and
    drains.
    """
    message.log.disabled = not settings.WEBSOCKET_ENABLE_LOGGING
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
        if refusal is None:
            return None
        status, reason = refusal
        if status == FOREIGN:
            address = client_address(request.environ, settings.TRUSTED_PROXIES)
            live.threats.weigh_address(address, "foreign_origin")
        return refuse(status, reason)

    @sock.route(settings.WEBSOCKET_PATH)
    def serve_socket(connection: Connection) -> None:
        connection.label = request.args.get("userId", "")[:LONGEST_LABEL]
        ticket = request.args.get("ticket", "")[: LONGEST_TICKET + 1]
        live.serve(connection, request.headers.get("Origin", ""), ticket)

    if settings.APP_ENV == "test":
        add_echo(app, sock, settings)

    @app.get("/")
    @app.get("/health")
    def tell_health() -> tuple[Response, int]:
        status = "draining" if live.hub.is_draining else "degraded" if live.hub.degraded_since else "ok"
        body = {"status": status, "connections": len(live.hub.connections), "path": settings.WEBSOCKET_PATH}
        return jsonify(body), 503 if live.hub.is_draining else 200

    return app
