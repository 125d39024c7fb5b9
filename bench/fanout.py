"""Messages to thousands of sockets: delivered, how soon, and for how much processor time and memory."""

from bench.hall import COST, KERNEL_P99, Audience, Hall, Load
from bench.publisher import Publisher
from bench.results import NONE, Limit, Measure, Run
from bench.shop import Shop

SECONDS = 5.0
RUNS = 3

DELIVERED = {"delivered %": Limit(100, least=True, every_run=True), "extra": NONE, "disordered": NONE}
SMALL = {**DELIVERED, "memory MB": Limit(100, every_run=True)}
LARGE = {**DELIVERED, "memory MB": Limit(250, every_run=True)}
COSTS = Limit(11)

# The idle figure of each audience, and its loads.
HALLS = (
    (
        Audience(1000),
        "1000 idle sockets",
        Limit(100, every_run=True),
        (
            Load("10/s of 300 B to 1000", 10, limits={**SMALL, COST: COSTS, KERNEL_P99: Limit(25)}),
            Load("40/s of 300 B to 1000", 40, limits={**SMALL, COST: COSTS, KERNEL_P99: Limit(50)}),
        ),
    ),
    (
        Audience(1000, deflate=True),
        "1000 idle sockets with deflate",
        Limit(100, every_run=True),
        (Load("10/s of 4 kB, deflated, to 1000", 10, 4096, limits=SMALL),),
    ),
    (
        Audience(5000, deflate=True),
        "5000 idle sockets with deflate",
        Limit(250, every_run=True),
        (Load("4/s of 300 B to 5000", 4, limits=LARGE),),
    ),
    (
        Audience(1000, channels=500),
        "500 channels of 2 sockets",
        Limit(100, every_run=True),
        (
            Load("5,000/s over 500 channels of 2", 200, batch=25, limits=SMALL),
            Load("10,000/s over 500 channels of 2", 200, batch=50, limits={**SMALL, COST: Limit(35)}),
        ),
    ),
)


def measure(shop: Shop, seconds: float | None) -> list[Measure]:
    """Each run has a socket process of its own for each audience."""
    shop.start_redis({0})
    # One for all runs: its versions go on, and Redis drops a version that is not newer than the last.
    publisher = Publisher(shop.redis_url)
    measures: dict[str, Measure] = {}
    for _ in range(RUNS):
        for seats, name, memory, loads in HALLS:
            with Hall(shop, publisher, seats) as hall:
                idle = measures.setdefault(name, Measure(name, {"memory MB": memory}))
                idle.runs.append(Run(hall.idle))
                hall.warm_up(loads[0])
                for load in loads:
                    found = measures.setdefault(load.name, Measure(load.name, load.limits))
                    found.runs.append(hall.run(load, seconds or SECONDS))
    return list(measures.values())
