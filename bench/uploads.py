"""Fifty files of 5 MiB at once, while others look at the shop: their pages must stay quick."""

import http.client
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from bench import databases, http_load, parlour, schedule
from bench.http_load import Request
from bench.page import list_products
from bench.parlour import Talk
from bench.percentiles import summarise
from bench.processes import pin
from bench.results import NONE, Limit, Measure, Run
from bench.shop import Shop
from bench.update import OTHER_CORES, WEB_CORES

UPLOADS = 50
BYTES = 5 * 1024 * 1024
RATE = 20
SECONDS = 10.0
UPLOAD_TIMEOUT_S = 60.0
RUNS = 3
LIMITS = {"p95 ms": Limit(150), "failed": NONE, "uploads failed": NONE}
BOUNDARY = "a-boundary-of-the-rig"
LINE = b"A line of a text that is as long as a file may be.\n"


def measure(shop: Shop, seconds: float | None) -> list[Measure]:
    pin(os.getpid(), OTHER_CORES)
    with databases.sqlite(shop.folder) as url:
        variables = {**shop.variables_of_rig, "DATABASE_URL": url, "SECRET_KEY": databases.SECRET_KEY}
        with Shop(**variables) as own:
            own.start_all(WEB_CORES, OTHER_CORES)
            with databases.open_app(own, url) as app:
                talks = parlour.hold_talks(app, UPLOADS)
            path = list_products(own)[0]
            runs = [run_once(own, talks, path, number, seconds or SECONDS) for number in range(RUNS)]
            shop.commands |= own.commands
    return [Measure(f"page, {RATE}/s, {UPLOADS} uploads of 5 MiB", LIMITS, runs)]


def run_once(shop: Shop, talks: list[Talk], path: str, number: int, seconds: float) -> Run:
    """The pages begin together with the uploads and are asked for until the last one has its answer."""
    results: list[tuple[int, float]] = []
    uploading = threading.Thread(target=lambda: results.extend(upload_all(shop, talks, number)))
    plan = schedule.begin(RATE, seconds)
    uploading.start()
    pages = http_load.drive(shop.port, plan, lambda _: Request("GET", path))
    uploading.join()
    seconds_each = [took for _, took in results]
    figures = {
        **summarise(pages.latencies_ms),
        "failed": float(pages.failed),
        "uploads failed": float(sum(status != 200 for status, _ in results)),
        **summarise(seconds_each, "s of an upload"),
    }
    return Run(figures, {"latencies_ms": [round(value, 3) for value in pages.latencies_ms]})


def upload_all(shop: Shop, talks: list[Talk], number: int) -> list[tuple[int, float]]:
    with ThreadPoolExecutor(len(talks)) as pool:
        return list(pool.map(lambda talk: upload(shop, talk, number), talks))


def upload(shop: Shop, talk: Talk, number: int) -> tuple[int, float]:
    """Status (0 for none) and seconds."""
    begun = time.perf_counter()
    headers = {**talk.shopper.headers(), "Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    connection = http.client.HTTPConnection("127.0.0.1", shop.port, timeout=UPLOAD_TIMEOUT_S)
    try:
        connection.request("POST", f"/chat/rooms/{talk.room}/files", make_body(number), headers)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException):
        status = 0
    finally:
        connection.close()
    return status, time.perf_counter() - begun


def make_body(number: int) -> bytes:
    fields = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="clientId"\r\n\r\nupload-{number:06}\r\n'
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="long.txt"\r\n'
        "Content-Type: text/plain\r\n\r\n"
    )
    text = (LINE * (BYTES // len(LINE) + 1))[:BYTES]
    return fields.encode() + head.encode() + text + f"\r\n--{BOUNDARY}--\r\n".encode()
