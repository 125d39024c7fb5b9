"""What a frame and a socket cost as the crowd grows: 100 to 10,000 sockets, then 1 to 5,000 channels."""

from bench import plot
from bench.hall import COST, Audience, Hall, Load
from bench.percentiles import median
from bench.publisher import Publisher
from bench.results import NONE, Limit, Measure, Run
from bench.shop import Shop

FRAMES_PER_S = 10_000
SECONDS = 5.0
RUNS = 3
BATCHES_PER_S = 200
SOCKETS = tuple(Audience(count) for count in (100, 500, 1000, 2500, 5000, 10_000))
# The last one hears ten channels with each socket, which leaves two listeners to a channel as before.
CHANNELS = (
    Audience(1000),
    Audience(1000, channels=50),
    Audience(1000, channels=500),
    Audience(1000, channels=5000, each=10),
)
LIMITS = {"delivered %": Limit(100, least=True, every_run=True), "extra": NONE, "disordered": NONE}


def measure(shop: Shop, seconds: float | None) -> list[Measure]:
    shop.start_redis({0})
    publisher = Publisher(shop.redis_url)
    measures: list[Measure] = []
    for seats, name in [
        *((seats, title(seats)) for seats in SOCKETS),
        *((seats, title(seats)) for seats in CHANNELS[1:]),
    ]:
        found = Measure(name, LIMITS)
        for _ in range(RUNS):
            with Hall(shop, publisher, seats) as hall:
                load = load_for(seats)
                hall.warm_up(load)
                run = hall.run(load, seconds or SECONDS)
                found.runs.append(Run({**run.figures, "kB a socket": hall.idle["kB a socket"]}, run.samples))
        measures.append(found)
    return measures


def title(seats: Audience) -> str:
    return f"{seats.sockets:,} sockets, {seats.channels:,} channels"


def load_for(seats: Audience) -> Load:
    """The same number of frames a second, however they are dealt out."""
    messages_per_s = FRAMES_PER_S * seats.channels / (seats.sockets * seats.each)
    batch = max(1, round(messages_per_s / BATCHES_PER_S))
    return Load(title(seats), messages_per_s / batch, batch=batch)


def draw(measures: list[Measure]) -> str:
    by_name = {found.name: found for found in measures}

    def values(audiences: tuple[Audience, ...], figure: str) -> list[float]:
        return [median(by_name[title(seats)].values(figure)) for seats in audiences]

    return plot.stack(
        [
            plot.lines(
                "CPU of one delivered frame, microseconds, 10,000 frames/s on one channel",
                [f"{seats.sockets:,}\nsockets" for seats in SOCKETS],
                {"median": values(SOCKETS, COST)},
            ),
            plot.lines(
                "Memory of the process, MB",
                [f"{seats.sockets:,}\nsockets" for seats in SOCKETS],
                {"peak": values(SOCKETS, "memory MB")},
            ),
            plot.lines(
                "CPU of one delivered frame, microseconds, 10,000 frames/s to 1,000 sockets",
                [f"{seats.channels:,}\nchannels" for seats in CHANNELS],
                {"median": values(CHANNELS, COST)},
            ),
        ]
    )
