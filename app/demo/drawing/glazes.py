"""The ten glazes: how each one looks on clay, and what it is called."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Glaze:
    """`rim` is the colour where the glaze breaks thin over an edge; `runs` counts drips over the foot."""

    slug: str
    label: str
    code: str
    base: str
    clay: str
    rim: str
    speck: str
    specks: int
    runs: int = 0


_ALL = (
    Glaze("chalk", "Chalk", "CHA", "#E8E4DB", "#B98B63", "#CDB79A", "#6B4A33", 54),
    Glaze("cobalt", "Cobalt", "COB", "#2F55B8", "#C9A27A", "#6E8ADB", "#14265C", 40),
    Glaze("celadon", "Celadon", "CEL", "#A6C5B0", "#B99572", "#D3E3D6", "#4E6E5C", 22),
    Glaze("tenmoku", "Tenmoku", "TEN", "#43302A", "#A06A45", "#9A5A33", "#8C5532", 34, runs=2),
    Glaze("ochre", "Ochre", "OCH", "#D39B3A", "#A9754B", "#E6C27D", "#6E4415", 48),
    Glaze("rust", "Rust", "RUS", "#B4532F", "#8A5A40", "#D98B66", "#5E2412", 26),
    Glaze("slate", "Slate", "SLA", "#5F7080", "#A88B72", "#93A3B1", "#DDE4EA", 30),
    Glaze("blush", "Blush", "BLU", "#DDA9A0", "#BC8C6B", "#EFCFC8", "#8E5148", 40),
    Glaze("ink", "Ink", "INK", "#2E3742", "#94745A", "#6E7C8C", "#C9D3DE", 44),
    Glaze("moss", "Moss", "MOS", "#6F8150", "#A5805A", "#A9B680", "#333F1E", 30, runs=2),
)

GLAZES: dict[str, Glaze] = {glaze.slug: glaze for glaze in _ALL}
