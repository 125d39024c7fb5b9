"""Many who ask for pages as fast as they are answered. Prints what came of it, as JSON.

python -m tests.faults.flood PORT CLIENTS SECONDS
"""

# ruff: noqa: E402  (what is imported before the patch would wait for each client in turn)
from gevent import monkey

monkey.patch_all()

import http.client
import json
import sys
import time
from collections import Counter

import gevent

PATHS = ("/", "/products/cup", "/search?q=cup", "/cart")


def main(port: int, clients: int, seconds: float) -> None:
    until = time.monotonic() + seconds
    statuses: Counter[int] = Counter()
    served: list[float] = []
    hasty: list[int] = []

    def ask(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        while time.monotonic() < until:
            begun = time.monotonic()
            try:
                connection.request("GET", PATHS[number % len(PATHS)])
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException):
                statuses[0] += 1
                connection.close()
                continue
            statuses[answer.status] += 1
            if answer.status == 200:
                served.append(time.monotonic() - begun)
            elif not answer.headers.get("Retry-After"):
                hasty.append(answer.status)

    gevent.joinall([gevent.spawn(ask, number) for number in range(clients)])
    served.sort()
    found = {
        "statuses": statuses,
        "without_retry_after": len(hasty),
        "served_p95_s": round(served[int(len(served) * 0.95)], 3) if served else None,
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
