"""The job that sends what is due: many at once, the most urgent first, as long as there is anything to send."""

import asyncio
import logging
import secrets
import time
from collections import Counter

from flask import current_app

from app.core import clock, metrics, schedule
from app.core.database import run_transaction
from app.core.errors import DatabaseBusy
from app.notifications.categories import get_category
from app.notifications.delivery import claims, payload, relevance, results, waking
from app.notifications.delivery.claims import Claimed
from app.notifications.delivery.encryption import BadKeys, encrypt
from app.notifications.delivery.outcomes import Answer, Outcome, judge
from app.notifications.delivery.results import Result
from app.notifications.delivery.sender import AT_ONCE, Blocked, Sender, host_of
from app.notifications.delivery.waking import LEASE
from app.notifications.keys import vapid
from app.notifications.keys.signing import Signer

# Another job of this worker waits no longer than this for promotions.
BULK_S = 5.0
URGENT_S = 30.0
RENEW_S = 5.0
CLAIM = 32
CLAIM_EVERY_S = 0.25
WRITE_EVERY_S = 0.5
WRITE_AT = 50
LONGEST_TTL_S = 2_592_000

# The name's answer may be right again in a moment, and every device of the service has the same.
UNSAFE = Outcome("retry", "unsafe_address")
BROKEN = Outcome("retry", relevance.BROKEN)
TOO_LARGE = Outcome("failed", "too_large")
DROPPED = {
    "expired": Outcome("expired", "expired", is_attempt=False),
    "blocked": Outcome("failed", "blocked", device="blocked"),
    relevance.BROKEN: BROKEN,
}

log = logging.getLogger(__name__)


def drain() -> int:
    """Send what is due; how many tries that were. One at a time for the whole shop: a second one finds the lease taken.

    What was told at the very end found nobody to wake, so it is looked for once more. Promotions go on in a job of their
    own, behind what else waits.
    """
    begun, count = time.monotonic(), 0
    while tries := drain_once(secrets.token_hex(8)):
        count += tries
        if time.monotonic() - begun > BULK_S or not claims.is_urgent_due():
            break
    waking.look()
    return count


def drain_once(holder: str) -> int:
    if not waking.is_sending_on() or not schedule.hold_lease(LEASE, holder):
        return 0
    try:
        return asyncio.run(Drain(holder).run())
    finally:
        schedule.give_back_lease(LEASE, holder)


class Drain:
    """One run of the job. Requests are under way together; the database is asked between them, a batch at a time."""

    def __init__(self, holder: str) -> None:
        settings = current_app.config["SETTINGS"]
        self._holder = holder
        self._base_url: str = settings.PUBLIC_URL
        self._contact: str = settings.PUSH_VAPID_SUBJECT
        self._sender = Sender(tuple(settings.PUSH_EXTRA_ORIGINS))
        self._signers: dict[int, Signer] = {}
        self._busy: Counter[str] = Counter()  # requests under way, by push service
        self._running: set[asyncio.Task[None]] = set()
        self._done: list[Result] = []
        self._begun = self._renewed = self._written = time.monotonic()
        self._claimed = 0.0

    async def run(self) -> int:
        """What is urgent is begun to the very end, also while the last promotions wait for a slow service."""
        count = 0
        async with self._sender:
            try:
                while (begun := self._start_due()) or self._running:
                    count += begun
                    await self._wait_for_some()
                    if len(self._done) >= WRITE_AT or time.monotonic() - self._written > WRITE_EVERY_S:
                        self._write_done()
            finally:
                if self._running:
                    await asyncio.wait(self._running)
                self._write_done(is_last=True)
        return count

    async def _wait_for_some(self) -> None:
        if self._running:
            await asyncio.wait(self._running, timeout=WRITE_EVERY_S, return_when=asyncio.FIRST_COMPLETED)

    def _still_leads(self) -> bool:
        if time.monotonic() - self._renewed < RENEW_S:
            return True
        self._renewed = time.monotonic()
        return schedule.hold_lease(LEASE, self._holder)

    def _may_claim(self) -> bool:
        """Promotions end after a few seconds and go on in the next job; what is urgent has longer.

        While much is under way the database is asked only now and then: a slow service must not keep the others waiting.
        """
        now = time.monotonic()
        if len(self._running) > AT_ONCE - CLAIM and now - self._claimed < CLAIM_EVERY_S:
            return False
        if not self._still_leads():
            return False
        running_s = now - self._begun
        return running_s < BULK_S or (running_s < URGENT_S and claims.is_urgent_due())

    def _start_due(self) -> int:
        """Keep as many under way as there may be. What is not worth sending any more is done at once."""
        full = [origin for origin, busy in self._busy.items() if busy > AT_ONCE - CLAIM]
        try:
            if not self._may_claim():
                return 0
            self._claimed = time.monotonic()
            claimed = claims.claim(self._holder, CLAIM, full)
        except DatabaseBusy:
            return 0  # the next round asks again, and after the last one the clock
        for each, reason in relevance.find_reasons(claimed, clock.now_ms()):
            if reason is None:
                self._start(each)
            else:
                self._done.append(drop(each, reason))
        return len(claimed)

    def _start(self, claimed: Claimed) -> None:
        self._busy[claimed.delivery.origin] += 1
        task = asyncio.create_task(self._send(claimed))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _send(self, claimed: Claimed) -> None:
        """One failing device must not end the run for the others."""
        origin = claimed.delivery.origin
        try:
            result = await self._try(claimed)
        except BadKeys as error:
            result = refuse(claimed, Outcome("failed", "bad_keys", device="invalid"), str(error))
        except Blocked:
            log.warning("a push was stopped: %s leads to an address that is not public", origin)
            metrics.count("push_blocked")
            result = refuse(claimed, UNSAFE, "")
        except Exception:
            log.exception("a push of category %s could not be sent", claimed.notification.category)
            result = refuse(claimed, BROKEN, "")
        finally:
            self._busy[origin] -= 1
        self._done.append(result)  # only now: while it was under way, another list has taken this one's place

    async def _try(self, claimed: Claimed) -> Result:
        answer, outcome, latency_ms = await self._request(claimed, is_compact=False)
        if outcome.state == "too_large":
            log.error("a push of category %s was too large", claimed.notification.category)
            answer, outcome, latency_ms = await self._request(claimed, is_compact=True)
            if outcome.state == "too_large":
                outcome = TOO_LARGE
        return result_of(claimed, outcome, answer, latency_ms)

    async def _request(self, claimed: Claimed, *, is_compact: bool) -> tuple[Answer, Outcome, int]:
        origin = claimed.delivery.origin
        data = payload.compose(claimed.push, self._base_url, is_compact=is_compact)
        body = encrypt(claimed.device, data)
        headers = self._headers(claimed)
        answer, latency_ms = await self._sender.send(claimed.device.endpoint, origin, headers, body)
        return answer, judge(answer, host_of(origin), time.time()), latency_ms

    def _headers(self, claimed: Claimed) -> dict[str, str]:
        told = claimed.notification
        # Windows refuses 0 together with its cache header.
        ttl_s = max(1, min((told.expires_at - clock.now_ms()) // 1000, LONGEST_TTL_S))
        headers = {
            "TTL": str(ttl_s),
            "Urgency": get_category(told.category).urgency,
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "Authorization": self._signer(claimed.device.key_id).authorization(
                claimed.delivery.origin, time.time()
            ),
        }
        if told.about:
            headers["Topic"] = payload.topic_of(told.category, told.about)
        if host_of(claimed.delivery.origin).endswith(".notify.windows.com"):
            headers["X-WNS-Cache-Policy"] = "cache"
        return headers

    def _signer(self, key_id: int) -> Signer:
        """Each device is sent to with the key that it was subscribed with."""
        if key_id not in self._signers:
            private = vapid.private_of(vapid.get_key(key_id))
            self._signers[key_id] = Signer(private, self._contact)
        return self._signers[key_id]

    def _write_done(self, *, is_last: bool = False) -> None:
        """What cannot be written now is written with the next: what was sent is not to be sent again."""
        done, self._done = self._done, []
        self._written = time.monotonic()
        try:
            if done:
                run_transaction(lambda: results.write(done))
        except DatabaseBusy:
            if is_last:
                raise
            self._done = done + self._done


def drop(claimed: Claimed, reason: str) -> Result:
    outcome = DROPPED.get(reason) or Outcome("suppressed", reason, is_attempt=False)
    return result_of(claimed, outcome, Answer(0, {}))


def refuse(claimed: Claimed, outcome: Outcome, said: str) -> Result:
    return result_of(claimed, outcome, Answer(0, {}, said))


def result_of(claimed: Claimed, outcome: Outcome, answer: Answer, latency_ms: int | None = None) -> Result:
    delivery = claimed.delivery
    return Result(
        delivery.id,
        claimed.device.id,
        delivery.origin,
        delivery.lease_by,
        delivery.attempts,
        outcome,
        answer,
        latency_ms,
    )
