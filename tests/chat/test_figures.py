"""The definitions of the figures, on conversations small enough to check by hand."""

import pytest

from app.chat.figures.figures import (
    Line,
    Move,
    Session,
    Stay,
    Summary,
    find_reopenings,
    find_responses,
    find_sessions,
    find_stays,
    service_level,
    summarise,
)


def lines(text):
    """`s5 a9`: the shopper at 5, an agent at 9; r is resolved."""
    names = {"s": "shopper", "a": "agent", "r": "resolved"}
    return [Line(names[word[0]], int(word[1:])) for word in text.split()]


def moves(text):
    return [Move(word.split("@")[0], int(word.split("@")[1])) for word in text.split()]


@pytest.mark.parametrize(
    ("said", "since", "found"),
    [
        ("s5 a9", None, [(5, 9)]),
        ("s5 s6 s7 a9", None, [(5, 9)]),
        ("s5 a9 a10", None, [(5, 9)]),
        ("s5 a9 s11 a12", None, [(5, 9), (11, 12)]),
        ("a1 s5 a9", None, [(5, 9)]),
        ("a9", 2, [(2, 9)]),
        ("s5 a9", 2, [(2, 9)]),
        ("s5", None, []),
        ("s5 r8 s100 a103", None, [(100, 103)]),
        ("r8 a9", 2, []),
    ],
)
def test_a_response_is_from_the_first_message_of_a_turn_to_the_next_answer(said, since, found):
    assert list(find_responses(lines(said), since)) == found


@pytest.mark.parametrize(
    ("moved", "found"),
    [
        ("queued@5 assigned@9 open@12", [Stay(5, 9, False)]),
        ("queued@5 abandoned@9", [Stay(5, 9, True)]),
        ("queued@5 abandoned@9 queued@20 assigned@21", [Stay(5, 9, True), Stay(20, 21, False)]),
        ("queued@5 assigned@9 queued@69 assigned@70", [Stay(5, 9, False), Stay(69, 70, False)]),
        ("queued@5", []),
        ("offline@1 queued@5 queued@6 assigned@9", [Stay(6, 9, False)]),
    ],
)
def test_each_stay_in_the_queue_is_one_wait(moved, found):
    assert list(find_stays(moves(moved))) == found


@pytest.mark.parametrize(
    ("moved", "found"),
    [
        ("queued@5 assigned@9 open@12 waiting@20 resolved@40", [Session(4, 40, 0)]),
        ("queued@5 open@12 on_hold@20 queued@30 open@31 resolved@40", [Session(4, 40, 10)]),
        ("queued@5 open@12 on_hold@20 resolved@40", [Session(4, 40, 20)]),
        (
            "queued@5 resolved@40 queued@90 on_hold@91 queued@93 resolved@99 closed@200",
            [Session(4, 40, 0), Session(90, 99, 2)],
        ),
        ("queued@5 abandoned@9 queued@20 resolved@30", [Session(4, 30, 0)]),
        ("queued@5 abandoned@9", []),
        ("resolved@40 closed@50", [Session(4, 40, 0)]),
    ],
)
def test_a_session_lasts_until_it_is_resolved_less_the_time_on_hold(moved, found):
    assert list(find_sessions(moves(moved), 4)) == found


def test_without_its_beginning_a_session_has_no_length():
    assert list(find_sessions(moves("resolved@40"), None)) == []


def test_closing_is_no_reopening():
    assert list(find_reopenings(moves("resolved@40 queued@50 resolved@60 closed@70"))) == [50]
    assert list(find_reopenings(moves("resolved@40 offline@50"))) == [50]


@pytest.mark.parametrize(
    ("values", "summary"),
    [
        ([], Summary(None, None, 0)),
        ([7], Summary(7, 7, 1)),
        ([4, 1], Summary(2, 4, 2)),
        ([*range(1, 11)], Summary(6, 9, 10)),
        ([1, 2, 3, 4, 1000], Summary(3, 1000, 5)),
    ],
)
def test_durations_are_told_by_median_and_nearest_rank(values, summary):
    assert summarise(values) == summary


def test_the_service_level_counts_those_who_gave_up_as_missed():
    assert service_level([10_000, 30_000, 30_001], 1) == 0.5
    assert service_level([], 0) is None
