"""Pushes: how many one worker gets accepted, how soon, and how fast a promotion is written for everybody."""

import secrets
import threading
import time
from contextlib import suppress
from typing import Any

import sqlalchemy as sa

from app.core.database import db, transaction
from app.notifications.campaigns import campaigns, expansion
from app.notifications.campaigns.campaigns import Deed, Offer
from app.notifications.delivery import queueing
from app.notifications.devices import subscriptions
from app.notifications.models import Campaign, Delivery, Notification
from app.notifications.notify import Notice, notify
from app.notifications.texts import rendering, templates
from bench import databases, processes, subscribers
from bench.percentiles import percentile, summarise
from bench.results import NONE, Limit, Measure, Run
from bench.shop import Broken, Shop, free_ports
from bench.subscribers import TRIAL

LATENCY_MS = 80
RATE = 400
SECONDS = 10.0
PROMOTED, EXPANDED, FAULTY = 10_000, 50_000, 2_000
EVENTS, SUBSCRIBED, RENDERS = 30, 500, 5_000
WAIT_S = 180.0
OURS = Deed("bench", "admin")
OFFER = Offer("Autumn glazes are here", "Twelve new cups, made in small numbers.", "/new")


def measure(shop: Shop, seconds: float | None) -> list[Measure]:
    shop.start_redis()
    (port,) = free_ports(1)
    shop.start_push_service(port, LATENCY_MS)
    measures = []
    for name, database in databases.BOTH.items():
        with database(shop.folder) as url:
            measures += measure_database(shop, name, url, f"http://127.0.0.1:{port}", seconds or SECONDS)
    return measures


def measure_database(shop: Shop, name: str, url: str, origin: str, seconds: float) -> list[Measure]:
    variables = {"APP_ENV": "test", "SECRET_KEY": databases.SECRET_KEY, "PUSH_EXTRA_ORIGINS": origin}
    shop.variables |= {**variables, "DATABASE_URL": url, "REDIS_URL": shop.redis_url}
    with databases.open_app(shop, url, PUSH_EXTRA_ORIGINS=origin):
        subscribers.fill("many", round(RATE * seconds), origin)
        subscribers.fill("faulty", FAULTY, origin, "faulty")
        subscribers.fill("one", 1, origin)
        shop.start_jobs()
        try:
            measures = measure_worker(shop, origin)
        finally:
            shop.stop_jobs()
        measures.append(Measure(f"promotion to {EXPANDED:,}", {"seconds": Limit(10)}, [expand(origin)]))
        measures.append(Measure("subscribed, without HTTP", {"p95 ms": Limit(50)}, [subscribe(origin)]))
        measures.append(Measure("words filled in", {"p99 ms": Limit(1)}, [render()]))
    return [Measure(f"{each.name}, {name}", each.limits, each.runs) for each in measures]


def measure_worker(shop: Shop, origin: str) -> list[Measure]:
    tell_one(1)  # from here on the worker is there
    with Memory(shop.pid("worker")) as memory:
        measures = [
            Measure("accepted by one worker", {"per s": Limit(RATE, least=True)}, [send_many()]),
            Measure("commit to accepted", {"p95 ms": Limit(1000)}, [tell_one(EVENTS)]),
            Measure("with faults", {"success %": Limit(99, least=True), "left": NONE}, [send_faulty()]),
            Measure("beside a promotion", {"p95 ms": Limit(2000)}, [promote(origin)]),
        ]
    return [*measures, Measure("memory of the worker", {"MB": Limit(150)}, [Run({"MB": memory.most})])]


def send_many() -> Run:
    subscribers.queue_for("many", "now")
    wake()
    ids = sa.select(Delivery.id).join(Notification).where(Notification.dedup_key.startswith("many:"))
    wait_for_end(ids)
    first, last, count = db.session.execute(
        sa.select(
            sa.func.min(Delivery.last_try_at), sa.func.max(Delivery.accepted_at), sa.func.count()
        ).where(Delivery.id.in_(ids), Delivery.state == "accepted")
    ).one()
    if not first or not last:
        raise Broken("no push was accepted")
    return Run({"per s": count * 1000 / (last - first), "accepted": count})


def tell_one(count: int) -> Run:
    """From the commit of an event to the note that its push was accepted, by the database's clock."""
    told = []
    for _ in range(count):
        with transaction():
            told.append(
                notify(Notice(subscribers.name_of("one", 0), TRIAL, secrets.token_hex(8), {"device": "x"}))
            )
        time.sleep(0.4)
    ids = sa.select(Delivery.id).join(Notification).where(Notification.public_id.in_(told))
    wait_for_end(ids)
    both = sa.select(Notification.created_at, Delivery.accepted_at).join_from(Delivery, Notification)
    rows = db.session.execute(both.where(Delivery.id.in_(ids))).all()
    took = [float(accepted - created) for created, accepted in rows if accepted]
    return Run({**summarise(took), "events": count})


def send_faulty() -> Run:
    subscribers.queue_for("faulty", "soon")
    wake()
    ids = sa.select(Delivery.id).join(Notification).where(Notification.dedup_key.startswith("faulty:"))
    left = wait_for_end(ids)
    states = dict(
        db.session.execute(
            sa.select(Delivery.state, sa.func.count()).where(Delivery.id.in_(ids)).group_by(Delivery.state)
        ).all()
    )
    gone = states.get("gone", 0)
    return Run({"success %": states["accepted"] * 100 / (FAULTY - gone), "gone": gone, "left": left})


def promote(origin: str) -> Run:
    subscribers.forget_wishes()
    subscribers.fill("promoted", PROMOTED, origin)
    send_promotion()
    before = time.monotonic()
    run = tell_one(EVENTS)
    during_s = time.monotonic() - before
    waiting = sa.select(Delivery.id).where(Delivery.lane == "bulk")
    unsent = db.session.scalar(
        sa.select(sa.func.count()).where(Delivery.lane == "bulk", Delivery.state == "pending")
    )
    wait_for_end(waiting)
    return Run({**run.figures, "seconds": during_s, "promotions waiting then": unsent or 0})


def send_promotion() -> int:
    with transaction():
        draft = campaigns.save_draft(None, "Autumn", OFFER, OURS)
        campaigns.send(draft.public_id, OURS)
        return draft.id


def expand(origin: str) -> Run:
    subscribers.forget_wishes()
    subscribers.fill("expanded", EXPANDED, origin)
    campaign_id = send_promotion()
    begun = time.perf_counter()
    while expansion.tell_next(campaign_id):
        pass
    seconds = time.perf_counter() - begun
    told = db.session.scalar(sa.select(Campaign.told).where(Campaign.id == campaign_id)) or 0
    if told != EXPANDED:
        raise Broken(f"{told} people were told, not {EXPANDED}")
    return Run({"seconds": seconds, "people": told})


def subscribe(origin: str) -> Run:
    took = []
    for number in range(SUBSCRIBED):
        offered = subscribers.make_offer(f"{origin}/well/new-{number:05}")
        begun = time.perf_counter()
        subscriptions.subscribe(subscribers.name_of("new", number), "", offered)
        took.append((time.perf_counter() - begun) * 1000)
    return Run(summarise(took))


def render() -> Run:
    template, facts = templates.get_published(TRIAL), {"device": "Firefox on Linux"}
    took = []
    for _ in range(RENDERS):
        begun = time.perf_counter()
        rendering.render(template, facts)
        took.append((time.perf_counter() - begun) * 1000)
    return Run({"p50 ms": percentile(took, 50), "p99 ms": percentile(took, 99)})


def wake() -> None:
    with transaction():
        queueing.wake()


def wait_for_end(ids: sa.Select[Any]) -> int:
    """Until each of them is at its end; how many are not when the time is over."""
    deadline = time.monotonic() + WAIT_S
    under_way = sa.select(sa.func.count()).where(
        Delivery.id.in_(ids), Delivery.state.in_(("pending", "retry", "sending"))
    )
    while (left := db.session.scalar(under_way) or 0) and time.monotonic() < deadline:
        db.session.rollback()
        time.sleep(0.25)
    db.session.rollback()
    return left


class Memory:
    """The most that the worker, or a job of its, ever held. Watched while the block runs."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.most = 0.0

    def __enter__(self) -> "Memory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.2):
            for pid in (self._pid, *processes.children(self._pid)):
                with suppress(OSError, ValueError):
                    self.most = max(self.most, processes.memory_mb(pid, "VmHWM"))
