"""Points, curves through them, and the boxes that hold them."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.demo.drawing.svg import num

Point = tuple[float, float]
Profile = tuple[Point, ...]

CENTRE = 400.0
GROUND = 820.0


@dataclass(frozen=True)
class Box:
    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def centre(self) -> Point:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def joined(self, other: "Box") -> "Box":
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


def box_of(boxes: Sequence[Box]) -> Box:
    joined = boxes[0]
    for box in boxes[1:]:
        joined = joined.joined(box)
    return joined


def at(point: Point) -> str:
    return f"{num(point[0])} {num(point[1])}"


def between(start: Point, end: Point, share: float) -> Point:
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


def spline(points: Sequence[Point]) -> str:
    """Catmull-Rom through the points, written as cubic segments; the pen must be at the first one."""
    segments = []
    last = len(points) - 1
    for i in range(last):
        before, here, there, after = points[max(i - 1, 0)], points[i], points[i + 1], points[min(i + 2, last)]
        out = (here[0] + (there[0] - before[0]) / 6, here[1] + (there[1] - before[1]) / 6)
        back = (there[0] - (after[0] - here[0]) / 6, there[1] - (after[1] - here[1]) / 6)
        segments.append(f"C{at(out)} {at(back)} {at(there)}")
    return "".join(segments)


def through(points: Sequence[Point]) -> str:
    return f"M{at(points[0])}{spline(points)}"


def arc(rx: float, ry: float, to: Point, *, sweep: bool) -> str:
    return f"A{num(rx)} {num(max(ry, 0.1))} 0 0 {int(sweep)} {at(to)}"


def radius_at(profile: Profile, y: float) -> float:
    for (y0, r0), (y1, r1) in zip(profile, profile[1:], strict=False):
        if y0 <= y <= y1:
            return r0 + (r1 - r0) * (y - y0) / (y1 - y0)
    return profile[0][1] if y < profile[0][0] else profile[-1][1]


def side(profile: Profile, share: float) -> list[Point]:
    """The profile at a share of its radius: 1 is the right edge, -1 the left, 0 the axis."""
    return [(CENTRE + r * share, y) for y, r in profile]


def silhouette(profile: Profile, squash: float, *, front_rim: bool = False) -> str:
    """The closed outline of a turned piece; front_rim cuts the top along the near side of the rim."""
    (top, rim), (foot, base) = profile[0], profile[-1]
    return (
        through(side(profile, 1))
        + arc(base, base * squash, (CENTRE - base, foot), sweep=True)
        + spline(side(profile, -1)[::-1])
        + arc(rim, rim * squash, (CENTRE + rim, top), sweep=not front_rim)
        + "Z"
    )


def round_arc(y: float, radius: float, squash: float) -> str:
    """The visible near half of a horizontal circle around the piece."""
    return f"M{at((CENTRE - radius, y))}{arc(radius, radius * squash, (CENTRE + radius, y), sweep=False)}"
