"""The mark of the shop: one dipped pot, for the favicon and the header."""

from app.demo.drawing.glazes import GLAZES
from app.demo.drawing.svg import define, path, reuse, tag

_POT = "M24 6H40C39 17 54 24 54 39C54 49 47 54 43 58H21C17 54 10 49 10 39C10 24 25 17 24 6Z"
_FOOT = "M0 42C12 45 18 38 28 42C38 47 46 42 64 41V64H0Z"
_COBALT = "#3D66D6"


def draw_mark() -> str:
    """64 by 64, readable at 16: cobalt above, raw clay below; both hold on light and dark tabs."""
    return tag(
        "svg",
        define("pot", _POT) + tag("clipPath", reuse("pot"), id="cut"),
        tag("g", reuse("pot", fill=_COBALT), path(_FOOT, GLAZES["cobalt"].clay), clip_path="url(#cut)"),
        path("M20 38C20 31 24 27 28 22C27 28 25 33 25 38Z", "#fff", 0.4),
        xmlns="http://www.w3.org/2000/svg",
        viewBox="0 0 64 64",
        width="64",
        height="64",
    )
