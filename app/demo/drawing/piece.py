"""The words of the drawing: a shape is data, a piece is one shape in one glaze, a layer is its ink."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from app.demo.drawing.geometry import CENTRE, Box, Profile, radius_at
from app.demo.drawing.glazes import Glaze


@dataclass(frozen=True)
class Layer:
    """Ink and the box it fills. `outline` holds path data for the dimension drawing; soft things
    that are not sold (flowers, flames) have none and do not count as size."""

    markup: str
    box: Box
    outline: tuple[str, ...] = ()


@dataclass(frozen=True)
class Piece:
    shape: "Shape"
    glaze: Glaze
    dice: Random
    uid: str
    close: bool = False

    def ref(self, name: str) -> str:
        return f"url(#{name}{self.uid})"

    @property
    def profile(self) -> Profile:
        return self.shape.profile

    @property
    def top(self) -> float:
        return self.profile[0][0]

    @property
    def foot(self) -> float:
        return self.profile[-1][0]

    @property
    def rim(self) -> float:
        return self.profile[0][1]

    @property
    def base(self) -> float:
        return self.profile[-1][1]

    @property
    def widest(self) -> float:
        return max(radius for _, radius in self.profile)

    @property
    def squash(self) -> float:
        return self.shape.squash

    @property
    def dip_y(self) -> float:
        return self.height_at(self.shape.dip)

    def height_at(self, share: float) -> float:
        """The y of a share of the height, counted from the rim."""
        return self.top + (self.foot - self.top) * share

    def radius(self, y: float) -> float:
        return radius_at(self.profile, y)

    @property
    def body_box(self) -> Box:
        return Box(
            CENTRE - self.widest,
            self.top - self.rim * self.squash,
            CENTRE + self.widest,
            self.foot + self.base * self.squash,
        )


Part = Callable[[Piece], Layer]


@dataclass(frozen=True)
class Shape:
    """One form of the workshop.

    `dip` is the share of the height that is glazed, `tilt` the slant of the glaze line in units,
    `squash` how far circles are flattened by the eye, `fill` the share of the tile the picture takes,
    `scale` its size among neighbours, `stands` where it is: "floor", "air" or "wall".
    """

    slug: str
    noun: str
    profile: Profile
    body: Part
    extra: str = ""
    behind: tuple[Part, ...] = ()
    front: tuple[Part, ...] = ()
    surface: Part | None = None
    mouth: str = "open"
    dip: float = 0.74
    tilt: float = 0
    squash: float = 0.13
    fill: float = 0.62
    scale: float = 1
    stands: str = "floor"
    foot_note: str = "an unglazed clay foot"
