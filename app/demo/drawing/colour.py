"""Arithmetic on #rrggbb colours."""


def shade(colour: str, amount: float) -> str:
    """Towards white for a positive amount, towards black for a negative one; 1 and -1 arrive there."""
    channels = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    if amount >= 0:
        return "#" + "".join(f"{round(c + (255 - c) * amount):02x}" for c in channels)
    return "#" + "".join(f"{round(c * (1 + amount)):02x}" for c in channels)


def blend(one: str, other: str, share: float) -> str:
    """The first colour with a share (0 to 1) of the other mixed in."""
    pairs = ((int(one[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)
