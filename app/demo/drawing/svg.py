"""SVG elements as text: numbers, tags, gradients and the document around them."""

from collections.abc import Iterable

Stop = tuple[float, str, float]


def num(value: float) -> str:
    """Whole units, one decimal where the value is small: finer than a pixel and short in the file."""
    text = f"{value:.0f}" if abs(value) >= 12 else f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def tag(name: str, *children: str, **attributes: str | float | None) -> str:
    """An element; underscores in attribute names become hyphens, None leaves an attribute out."""
    pairs = "".join(
        f' {key.replace("_", "-")}="{value if isinstance(value, str) else num(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    body = "".join(children)
    return f"<{name}{pairs}>{body}</{name}>" if body else f"<{name}{pairs}/>"


def alpha(value: float) -> str:
    """An opacity: two decimals, because num() would round 0.14 to 0.1."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _stops(stops: Iterable[Stop]) -> str:
    return "".join(
        tag(
            "stop", offset=alpha(at), stop_color=colour, stop_opacity=None if opacity == 1 else alpha(opacity)
        )
        for at, colour, opacity in stops
    )


def across(name: str, left: float, right: float, stops: Iterable[Stop]) -> str:
    """A horizontal gradient in drawing units, so that every part of a piece shares one light."""
    return tag(
        "linearGradient",
        _stops(stops),
        id=name,
        gradientUnits="userSpaceOnUse",
        x1=left,
        x2=right,
        y1="0",
        y2="0",
    )


def down(name: str, stops: Iterable[Stop]) -> str:
    """A vertical gradient over the box of whatever is filled with it."""
    return tag("linearGradient", _stops(stops), id=name, x2="0", y2="1")


def radial(name: str, stops: Iterable[Stop]) -> str:
    """A radial gradient over the box of whatever is filled with it."""
    return tag("radialGradient", _stops(stops), id=name)


def ellipse(x: float, y: float, rx: float, ry: float, fill: str, opacity: float = 1) -> str:
    return tag(
        "ellipse", cx=x, cy=y, rx=rx, ry=ry, fill=fill, opacity=None if opacity == 1 else alpha(opacity)
    )


def path(d: str, fill: str, opacity: float = 1) -> str:
    return tag("path", d=d, fill=fill, opacity=None if opacity == 1 else alpha(opacity))


def line(d: str, stroke: str, width: float, opacity: float = 1) -> str:
    """An open path with round ends."""
    return tag(
        "path",
        d=d,
        fill="none",
        stroke=stroke,
        stroke_width=width,
        stroke_linecap="round",
        opacity=None if opacity == 1 else alpha(opacity),
    )


def define(name: str, d: str) -> str:
    """A path that `reuse` paints as often as needed; outlines are most of a file's weight."""
    return tag("defs", tag("path", id=name, d=d))


def reuse(name: str, transform: str | None = None, **paint: str | float | None) -> str:
    return tag("use", href=f"#{name}", transform=transform, **paint)


def retrace(name: str, stroke: str, width: float, opacity: float = 1, transform: str | None = None) -> str:
    return reuse(
        name,
        transform,
        fill="none",
        stroke=stroke,
        stroke_width=width,
        opacity=None if opacity == 1 else alpha(opacity),
    )


def group(*children: str, transform: str | None = None, clip: str | None = None) -> str:
    return tag("g", *children, transform=transform, clip_path=clip)


SHARED_DEFS = tag(
    "defs",
    radial("shade", [(0, "#000", 0.34), (0.5, "#000", 0.15), (1, "#000", 0)]),
    radial("touch", [(0, "#000", 0.5), (0.75, "#000", 0.38), (1, "#000", 0)]),
    radial("warm", [(0, "#FFD98A", 0.55), (0.45, "#FFCF7A", 0.2), (1, "#FFC864", 0)]),
    radial("shine", [(0, "#fff", 0.42), (1, "#fff", 0)]),
    down("weight", [(0, "#fff", 0.07), (0.35, "#000", 0), (1, "#000", 0.24)]),
)


def document(body: str, viewbox: tuple[float, float, float, float], width: int, height: int) -> str:
    """A whole file. There is no background: the page paints the tile, so dark mode does not glare."""
    return tag(
        "svg",
        SHARED_DEFS,
        body,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=" ".join(num(value) for value in viewbox),
        width=str(width),
        height=str(height),
    )
