"""Where the axes of a chart have their marks."""

MOST_TICKS = 5
STEPS = (1, 2, 5)


def choose_step(most: int) -> int:
    """The smallest of 1, 2, 5, 10, 20... that needs no more ticks than may be."""
    scale = 1
    while True:
        for step in STEPS:
            if -(-most // (step * scale)) < MOST_TICKS:
                return step * scale
        scale *= 10


def mark_days(count: int, width: int) -> list[int]:
    parts = 3 if width > 500 else 2
    return sorted({round((count - 1) * part / parts) for part in range(parts + 1)})
