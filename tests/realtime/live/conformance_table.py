"""Plays every row of the conformance tests and writes what came of it to docs/conformance.md.

python -m tests.realtime.live.conformance_table
"""

import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.realtime.live import (
    test_conformance_control,
    test_conformance_deflate,
    test_conformance_fragments,
    test_conformance_framing,
    test_conformance_handshake,
    test_conformance_limits,
    test_conformance_text,
)
from tests.realtime.live.conformance import Opening, Row, Section
from tests.realtime.live.servers import ROOT, LiveServer
from tests.support.redis_server import RedisServer

DOCUMENT = ROOT / "docs" / "conformance.md"
PASSED = "passes"
SECTIONS = [
    *test_conformance_handshake.SECTIONS,
    *test_conformance_framing.SECTIONS,
    *test_conformance_framing.SLOW_SECTIONS,
    *test_conformance_control.SECTIONS,
    *test_conformance_fragments.SECTIONS,
    *test_conformance_text.SECTIONS,
    *test_conformance_limits.SECTIONS,
    *test_conformance_deflate.SECTIONS,
    *test_conformance_deflate.SLOW_SECTIONS,
]
# By section and row; a row that is not here passes, or a test fails.
Results = Mapping[tuple[str, str], str]

HEAD = """\
# The socket, byte by byte

What the socket process does with every kind of frame, right and wrong, of RFC 6455 (WebSocket) and RFC 7692 (compression).
Each row is a test (`tests/realtime/live/test_conformance_*.py`). It writes these bytes to a real process and accepts
nothing but what the third column says, in this order, and then the end of the stream. Where a row ends without a close
frame, the client closes with 1000 and must be answered with 1000. "Only its first bytes" means that nothing more is
sent: the answer may not wait for the rest.

`python -m tests.realtime.live.conformance_table` plays all of it and writes this file.

## An independent suite

Autobahn|Testsuite 25.10.1, `wstest -m fuzzingclient` with all cases, against `/ws/echo` of one socket process:

| cases | pass | non-strict | informational | unimplemented | fail |
|---|---|---|---|---|---|
| 517 | 514 | 0 | 3 | 0 | 0 |

The three informational ones (7.1.6, 7.13.1, 7.13.2) have no right answer: a close frame right behind 256 kB, and close
codes above 4999. The suite needs Python 2.7 and an environment of its own; nothing here depends on it. To repeat it, start
the shop with `APP_ENV=test` and name `ws://127.0.0.1:3002/ws/echo` as the server in the suite's `fuzzingclient.json`.

## Our own rows

{count} rows, {passed}.
"""


def write_table(results: Results) -> str:
    rows = sum(len(section.rows) for section in SECTIONS)
    passed = "all pass" if not results else f"{len(results)} fail"
    parts = [HEAD.replace("{count}", f"{rows}").replace("{passed}", passed)]
    for section in SECTIONS:
        parts.append(f"### {section.title}\n\n| case | sent | must come back | result |\n|---|---|---|---|")
        parts[-1] += "".join(f"\n{line}" for line in write_rows(section, results)) + "\n"
    return "\n".join(parts)


def write_rows(section: Section, results: Results) -> Iterator[str]:
    for row in section.rows:
        result = results.get((section.title, row.name), PASSED)
        yield f"| {' | '.join(escape(cell) for cell in (row.name, row.told, row.wanted, result))} |"


def escape(cell: str) -> str:
    return cell.replace("|", "\\|").replace("*", "\\*")


def play_all(port: int) -> dict[tuple[str, str], str]:
    """What did not pass, and why."""
    failures = {}
    for section in SECTIONS:
        for row in section.rows:
            why = play(row, port)
            if why:
                failures[section.title, row.name] = f"fails: {why}"
                print(f"{section.title}, {row.name}: {why}", file=sys.stderr)
    return failures


def play(row: Row | Opening, port: int) -> str:
    try:
        row.play(port)
    except (AssertionError, OSError) as error:
        return str(error).partition("\n")[0] or type(error).__name__
    return ""


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="live-") as name:
        redis = RedisServer(Path(name))
        redis.start()
        server = LiveServer(redis.url, Path(name))
        try:
            server.start()
            failures = play_all(server.port)
        finally:
            server.stop()
            redis.kill()
    DOCUMENT.write_text(write_table(failures))
    return len(failures) > 0


if __name__ == "__main__":
    sys.exit(main())
