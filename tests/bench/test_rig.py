"""The arithmetic of the load rigs: a rig that counts wrongly is worse than none."""

import json
import math
import socket
import struct
import time

import pytest

from app.realtime.live.frames import deflate, ping_frame, text_frame
from bench import __main__ as command
from bench import audience, badge, frames, neighbours, results
from bench.percentiles import percentile, summarise
from bench.probe import count_breaks, kernel_time
from bench.publisher import fragment
from bench.results import NONE, Limit, Measure, Run
from bench.schedule import Schedule

QUIET = "some avg10=4.99 avg60=60.00 avg300=9.00 total=1\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n"
PRESSED = QUIET.replace("avg10=4.99", "avg10=5.01")


@pytest.mark.parametrize(
    ("percent", "expected"), [(50, 50), (95, 95), (99, 99), (99.5, 100), (100, 100), (1, 1)]
)
def test_a_percentile_is_a_value_that_was_measured(percent, expected):
    assert percentile(list(range(100, 0, -1)), percent) == expected


def test_one_sample_is_every_percentile():
    assert summarise([7.0]) == {"p50 ms": 7.0, "p95 ms": 7.0, "p99 ms": 7.0, "max ms": 7.0}


def test_no_samples_have_no_percentile():
    assert all(math.isnan(value) for value in summarise([]).values())


def test_a_schedule_is_fixed_whatever_happens():
    schedule = Schedule(start=100.0, rate=4, count=3, clock=lambda: 1000.0)

    assert list(schedule.moments()) == [(0, 100.0), (1, 100.25), (2, 100.5)]


def test_a_schedule_waits_for_what_is_due_later():
    schedule = Schedule(start=time.perf_counter() + 0.05, rate=1, count=1)

    due = schedule.wait(0)

    assert 0 <= time.perf_counter() - due < 30


@pytest.mark.parametrize(("text", "count"), [(QUIET, 0), (PRESSED, 1), ("", 0)])
def test_cpu_pressure_over_five_percent_is_a_reason(text, count):
    assert len(neighbours.pressure_reasons(text)) == count


def test_the_family_is_what_we_started_and_what_started_us():
    parents = {1: 0, 10: 1, 11: 10, 12: 11, 20: 1, 21: 20}

    assert neighbours.family(11, parents) == {11, 12, 10, 1}


def test_what_a_child_took_before_is_not_its_parents_doing_now():
    before = {1: (0, 5.0), 2: (1, 100.0), 3: (1, 1.0)}
    after = {1: (0, 105.5), 3: (1, 1.25), 4: (1, 2.0)}

    assert neighbours.differences(before, after) == {1: 0.5, 3: 0.25, 4: 2.0}


def test_a_busy_neighbour_is_named(monkeypatch):
    watch = neighbours.Watch()
    monkeypatch.setattr(watch, "shares", lambda: {2**22: 12.0, 2**22 + 1: 4.0})

    assert watch.reasons() == ["other processes take 16 % of a core: gone (4194304) 12 %, gone (4194305) 4 %"]


def test_quiet_neighbours_are_no_reason(monkeypatch):
    watch = neighbours.Watch()
    monkeypatch.setattr(watch, "shares", lambda: {2**22: 15.0})

    assert watch.reasons() == []


def test_nothing_is_measured_on_a_busy_machine(monkeypatch, capsys):
    monkeypatch.setattr(neighbours, "find_reasons", lambda: ["somebody works"])
    monkeypatch.setattr(command, "run_rig", lambda *_: pytest.fail("a rig was started"))

    assert command.measure(["page"], None) == command.REFUSED
    assert "somebody works" in capsys.readouterr().out


def test_a_rig_that_was_disturbed_is_shown_but_not_recorded(monkeypatch, capsys):
    monkeypatch.setattr(neighbours, "find_reasons", lambda: [])
    monkeypatch.setattr(neighbours.Watch, "reasons", lambda _: ["somebody came"])
    monkeypatch.setattr(command, "run_rig", lambda *_: ([measured(1, 2, 3)], {}))
    monkeypatch.setattr(results, "write", lambda *_: pytest.fail("a result was written"))

    assert command.measure(["page"], None) == command.REFUSED
    assert command.BUSY in capsys.readouterr().out


def test_the_median_is_held_to_a_limit():
    assert measured(24, 99, 25, limit=Limit(25)).misses() == []
    assert measured(24, 99, 26, limit=Limit(25)).misses() == ["p95 ms"]


def test_what_must_never_happen_is_held_in_every_run():
    assert measured(0, 1, 0, limit=NONE).misses() == ["p95 ms"]
    assert measured(100, 99.9, 100, limit=Limit(100, least=True, every_run=True)).misses() == ["p95 ms"]


def test_a_figure_that_could_not_be_taken_is_no_success():
    assert measured(math.nan, math.nan, math.nan, limit=Limit(25)).misses() == ["p95 ms"]


def test_the_table_shows_every_run_with_its_verdict():
    shown = results.table([measured(24, 99, 26, limit=Limit(25))], "note").splitlines()

    assert shown[1].split() == "page run 1 run 2 run 3 median limit (note)".split()
    assert shown[2].split() == "p95 ms 24 99 26 26 <= 25 MISSED".split()


def test_a_result_is_written_with_its_samples(monkeypatch, tmp_path):
    monkeypatch.setattr(results, "RESULTS", tmp_path / "results")
    measure = Measure("page", {}, [Run({"p95 ms": math.nan}, {"latencies_ms": [1.5]})])

    path = results.write("page", [measure], {"date": "2026-01-02T03:04:05+00:00"})

    assert path.name == "20260102T030405-page.json"
    assert json.loads(path.read_text())["measures"][0]["runs"] == [
        {"figures": {"p95 ms": None}, "samples": {"latencies_ms": [1.5]}}
    ]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 200, 100000])
def test_frames_are_counted_however_they_are_cut(size):
    stream = b"".join(
        [text_frame(b"x" * 300), ping_frame(), text_frame(b"x" * 99), text_frame(b"x" * 70000)] * 3
    )
    counter = frames.Counter(smallest=100)

    for at in range(0, len(stream), size):
        counter.feed(stream[at : at + size])

    assert (counter.messages, counter.pings, counter.bytes) == (6, 3, len(stream))


@pytest.mark.parametrize("size", [1, 5, 100000])
def test_frames_are_read_whole_and_inflated(size):
    text = b"many words " * 200
    stream = text_frame(b"short") + text_frame(deflate(text), compressed=True)
    reader = frames.Reader()

    found = [frame for at in range(0, len(stream), size) for frame in reader.feed(stream[at : at + size])]

    assert found == [(frames.TEXT, b"short"), (frames.TEXT, text)]


@pytest.mark.parametrize("length", [0, 125, 126, 3000])
def test_a_clients_frame_is_masked(length):
    frame = frames.client_frame(frames.TEXT, b"a" * length)

    start = 2 if length <= 125 else 4
    mask, masked = frame[start : start + 4], frame[start + 4 :]
    assert frame[1] & 0x80
    assert bytes(byte ^ mask[number % 4] for number, byte in enumerate(masked)) == b"a" * length


def test_probes_stand_evenly_between_the_others():
    sockets = list(range(1000))

    probes, others = audience.split(sockets, 20)

    assert probes == list(range(25, 1000, 50))
    assert sorted(probes + others) == sockets


@pytest.mark.parametrize(
    ("order", "breaks"), [([], 0), ([1, 2, 4], 0), ([1, 3, 2, 4], 1), ([3, 2, 1], 2), ([1, 1], 0)]
)
def test_breaks_of_the_order_are_counted(order, breaks):
    assert count_breaks(order) == breaks


def test_the_kernels_time_is_read():
    extras = [(socket.SOL_SOCKET, 35, struct.pack("qq", 12, 500_000_000))]

    assert kernel_time(extras) == 12.5
    assert kernel_time([]) is None


@pytest.mark.parametrize("size", [300, 4096])
def test_a_fragment_has_its_size(size):
    assert len(fragment(size).encode()) == size


def test_every_step_changes_the_words_of_the_badge_and_ends_where_it_began():
    left = [sum(badge.STEPS[:number]) for number in range(len(badge.STEPS) + 1)]

    shown = [badge.words(count) for count in left]

    assert left[-1] == left[0] == 0
    assert all(before != after for before, after in zip(shown, shown[1:], strict=False))


def test_a_change_that_a_browser_missed_is_counted():
    changes = [badge.Change(1000.0, 1010.0, 7, "Sold out"), badge.Change(2000.0, 2010.0, 8, "In stock")]
    first = {7: (1030.0, "Sold out"), 8: (2040.0, "In stock")}
    second = {8: (2050.0, "Only 3 left")}

    figures = badge.evaluate(changes, [first, second], clock_off=0.5).figures

    assert (figures["changes"], figures["unseen"], figures["wrong words"]) == (2, 1, 1)
    assert (figures["max ms"], figures["p95 ms from request"]) == (40.0, 50.0)


def measured(*values, limit=NONE):
    return Measure("page", {"p95 ms": limit}, [Run({"p95 ms": value}) for value in values])
