"""The shapes of the demonstration data."""

from dataclasses import dataclass

USUAL_LOW_THRESHOLD = 5


@dataclass(frozen=True)
class DemoCategory:
    slug: str
    name: str
    blurb: str
    shape: str
    glaze: str


@dataclass(frozen=True)
class DemoVariant:
    """`size` is "", "S", "M" or "L"; `price_minor` is euro cents; `low_threshold` None means the usual
    one; `back_on` counts days from the day the shop is filled."""

    sku: str
    glaze: str
    size: str
    price_minor: int
    on_hand: int
    low_threshold: int | None = None
    back_on: int | None = None


@dataclass(frozen=True)
class DemoProduct:
    """Millimetres and grams are those of the largest size."""

    slug: str
    name: str
    category: str
    tagline: str
    description: str
    shape: str
    seed: int
    height_mm: int
    width_mm: int
    weight_g: int
    firing: str
    care: str
    variants: tuple[DemoVariant, ...]
    is_new: bool = False

    @property
    def glazes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(variant.glaze for variant in self.variants))
