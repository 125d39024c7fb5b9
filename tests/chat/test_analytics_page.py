"""The page of the chat's figures, its file, and what the charts show."""

import csv
import io
from datetime import date

import pytest

from app.chat.figures import report
from app.chat.figures.figures import Summary
from app.chat.views.analytics import as_span, choose_unit
from app.core.bar_chart import Column, draw_bars
from app.core.database import read_now
from tests.chat.past import DAY, MINUTE, SECOND, rate, write_room, write_span
from tests.inventory.stock_pages import client_of, words

PAGE = "/staff/chat/analytics"


@pytest.fixture
def agent(app):
    return client_of(app, "agent")


def write_conversation(begin, **columns):
    return write_room(
        ("shopper", begin),
        ("queued", begin),
        ("assigned", begin + 20 * SECOND),
        ("agent", begin + 40 * SECOND),
        ("resolved", begin + 5 * MINUTE),
        **columns,
    )


def write_some(now):
    rate(write_conversation(now - 3 * DAY), 5, now - 3 * DAY)
    rate(write_conversation(now - 10 * MINUTE), 3, now)
    write_room(("shopper", now - 2 * DAY), ("queued", now - 2 * DAY), ("abandoned", now - 2 * DAY + MINUTE))
    write_conversation(now - 8 * MINUTE, kind="sales")
    write_span(now - 60 * MINUTE, now - 30 * MINUTE, capacity=4, open_count=1)


def test_the_page_shows_each_figure_with_what_it_means(app, agent):
    write_some(read_now())

    page = words(agent.get(PAGE).text)

    assert "Conversations 4 Begun by a shopper’s first message" in page
    assert "First response 40 s Half of shoppers" in page
    assert "Answered in time 0% Within 30 s" in page
    assert "Gave up waiting 25% 1 of 4 waits" in page
    assert "Satisfied 50% 4 or 5 of 5, of 2 ratings" in page
    assert "Utilisation 25%" in page
    assert "Occupancy 100%" in page
    assert "Wait in the queue Each stay, to the agent or to giving up 20 s 1 min 00 s 4" in page


def test_an_empty_desk_says_so(agent):
    assert "No figures yet" in agent.get(PAGE).text


def test_it_is_narrowed_to_a_period_and_a_kind(app, agent):
    write_some(read_now())

    assert "Conversations 1 Begun" in words(agent.get(f"{PAGE}?kind=sales").text)
    assert "Conversations 0 Begun" in words(agent.get(f"{PAGE}?kind=order").text)
    assert agent.get(f"{PAGE}?days=7&kind=nonsense").status_code == 200
    assert (
        'href="/staff/chat/analytics.csv?days=7&amp;kind=sales"'
        in agent.get(f"{PAGE}?days=7&kind=sales").text
    )


def test_only_the_desk_sees_it(app, client):
    assert client_of(app, "staff").get(PAGE).status_code == 403
    assert client_of(app, "admin").get(PAGE).status_code == 200
    assert client.get(PAGE).status_code == 303
    assert client.get(f"{PAGE}.csv").status_code == 303


def test_the_file_has_a_row_for_each_day(app, agent):
    write_some(read_now())

    rows = list(csv.DictReader(io.StringIO(agent.get(f"{PAGE}.csv?days=7").text)))

    assert len(rows) == 7
    assert sum(int(row["conversations"]) for row in rows) == 4
    assert rows[3]["first_response_median_s"] == rows[3]["first_response_p90_s"] == "40.0"
    assert (rows[0]["messages_in"], rows[0]["first_response_median_s"]) == ("0", "")


def test_each_kind_has_figures_of_its_own(any_app):
    write_some(read_now())

    whole, sales = report.read_report(30).whole, report.read_report(30, "sales").whole

    assert whole.summary("session") == Summary(5 * MINUTE, 5 * MINUTE, 3)
    assert (whole.messages(), sales.messages(), sales.messages("shopper")) == (7, 2, 1)
    assert sum(whole.messages(hour=hour) for hour in range(24)) == 7
    assert sales.satisfaction is None
    assert sales.utilisation == 0.25


def test_bars_stand_on_each_other_from_zero():
    chart = draw_bars([Column(date(2026, 3, 2), (3, 1)), Column(date(2026, 3, 3), (None, 0))], (358, 200))

    low, high = chart.bars
    assert low.y + low.height == pytest.approx(chart.bottom, abs=0.2)
    assert high.y + high.height == pytest.approx(low.y, abs=0.2)
    assert chart.ticks[-1][1] >= 4


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (None, "–"),
        (0, "0 s"),
        (59_499, "59 s"),
        (60_000, "1 min 00 s"),
        (3_600_000, "1 h 00 min"),
        (90_000_000, "25 h 00 min"),
    ],
)
def test_times_are_told_in_two_units_at_most(ms, text):
    assert as_span(ms) == text


def test_an_axis_has_the_unit_that_keeps_its_figures_short():
    assert choose_unit([None])[0] == "s"
    assert choose_unit([600_000])[0] == "s"
    assert choose_unit([600_001, 5])[0] == "min"
    assert choose_unit([36_000_001])[0] == "h"
