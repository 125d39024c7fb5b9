"""The figures of one span of time, usually a day: each by its name and by what it is of."""

from dataclasses import dataclass, field

from app.chat.desk import hours
from app.chat.figures import figure_rows
from app.chat.figures.business_time import BusinessTime
from app.chat.figures.figures import Span, find_reopenings, find_responses, find_sessions, find_stays


@dataclass
class Figure:
    """`value` is the sum; of durations `values` are the single ones."""

    n: int = 0
    value: int = 0
    values: list[int] = field(default_factory=list)


class Figures(dict[tuple[str, str], Figure]):
    """By metric and split: the kind of conversation, or for messages `side:kind:hour`, for ratings `kind:score`."""

    def of(self, metric: str, split: str) -> Figure:
        return self.setdefault((metric, split), Figure())

    def count(self, metric: str, split: str, n: int = 1) -> None:
        figure = self.of(metric, split)
        figure.n += n
        figure.value += n

    def add(self, metric: str, split: str, ms: int) -> None:
        figure = self.of(metric, split)
        figure.n += 1
        figure.value += ms
        figure.values.append(ms)

    def add_up(self, metric: str, value: int) -> None:
        figure = self.of(metric, "")
        figure.n += 1
        figure.value += value

    def merge(self, others: "Figures") -> None:
        for key, other in others.items():
            figure = self.of(*key)
            figure.n += other.n
            figure.value += other.value
            figure.values += other.values


def collect(span: Span, business: BusinessTime) -> Figures:
    figures = collect_rooms(span, business)
    for row in figure_rows.list_availability(span):
        start, end = max(row.started_at, span.start), min(row.ended_at or span.until, span.until)
        figures.add_up("available_ms", end - start)
        figures.add_up("busy_ms", end - start if row.open_count else 0)
        figures.add_up("slots_offered_ms", row.capacity * (end - start))
        figures.add_up("slots_used_ms", row.open_count * (end - start))
    return figures


def collect_rooms(span: Span, business: BusinessTime, of_room: int | None = None) -> Figures:
    figures = Figures()
    for moment, kind, side, count in figure_rows.count_messages(span, of_room):
        figures.count("messages", f"{side}:{kind}:{hours.local(moment).hour}", count)
    for kind, count in figure_rows.count_beginnings(span, of_room):
        figures.count("conversations", kind, count)
    for kind, count in figure_rows.count_transfers(span, of_room):
        figures.count("transfers", kind, count)
    for kind, score, count in figure_rows.count_ratings(span, of_room):
        figures.count("ratings", f"{kind}:{score}", count)
    add_answers(figures, span, business, of_room)
    for history in figure_rows.list_histories(span, of_room):
        add_history(figures, history, span, business)
    return figures


def add_answers(figures: Figures, span: Span, business: BusinessTime, of_room: int | None) -> None:
    for kind, asked, replied in figure_rows.list_first_replies(span, of_room):
        figures.add("frt_ms", kind, replied - asked)
        figures.add("frt_open_ms", kind, business.open_ms(asked, replied))
    for log in figure_rows.list_logs(span, of_room):
        for asked, replied in find_responses(log.lines, log.since):
            figures.add("response_ms", log.kind, replied - asked)
            figures.add("response_open_ms", log.kind, business.open_ms(asked, replied))


def add_history(figures: Figures, history: figure_rows.History, span: Span, business: BusinessTime) -> None:
    kind = history.kind
    for stay in find_stays(history.moves):
        if span.holds(stay.end):
            figures.add("wait_ms", kind, stay.end - stay.start)
            if stay.is_abandoned:
                figures.count("abandoned", kind)
    for session in find_sessions(history.moves, history.first_shopper_at):
        if span.holds(session.end):
            figures.add("resolution_ms", kind, session.end - session.start)
            figures.add("resolution_open_ms", kind, business.open_ms(session.start, session.end))
            figures.add("duration_ms", kind, session.end - session.start - session.on_hold_ms)
    for moment in find_reopenings(history.moves):
        if span.holds(moment):
            figures.count("reopened", kind)
