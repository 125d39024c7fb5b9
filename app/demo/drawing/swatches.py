"""Ten dabs of glaze on one tile."""

from app.demo.drawing.colour import shade
from app.demo.drawing.geometry import CENTRE, GROUND, Box
from app.demo.drawing.glazes import GLAZES
from app.demo.drawing.piece import Layer, Part, Piece
from app.demo.drawing.svg import ellipse, tag


def swatches() -> Part:
    def draw(_: Piece) -> Layer:
        dabs = []
        for i, glaze in enumerate(GLAZES.values()):
            x, y = CENTRE - 48 + (i % 2) * 96, GROUND - 362 + (i // 2) * 66
            dabs.append(
                tag(
                    "circle",
                    cx=x,
                    cy=y,
                    r="26",
                    fill=glaze.base,
                    stroke=shade(glaze.clay, -0.2),
                    stroke_width="4",
                )
            )
            dabs.append(ellipse(x - 9, y - 10, 8, 6, "#fff", 0.35))
        return Layer("".join(dabs), Box(CENTRE - 112, GROUND - 380, CENTRE + 112, GROUND - 96))

    return draw
