"""One piece put together: gradients, shadow, what stands behind, the body, what stands in front."""

from dataclasses import dataclass
from random import Random

from app.demo.drawing.geometry import Box, box_of
from app.demo.drawing.glazes import GLAZES
from app.demo.drawing.piece import Layer, Piece
from app.demo.drawing.shadows import draw_shadow
from app.demo.drawing.shapes import SHAPES
from app.demo.drawing.thrown import draw_gradients


@dataclass(frozen=True)
class Composition:
    """`box` holds everything drawn except shadow and glow, `solid` only what is sold.
    `outline` is the body (first) and what stands before it, `hidden` what the body covers in part."""

    piece: Piece
    markup: str
    box: Box
    solid: Box
    outline: tuple[str, ...]
    hidden: tuple[str, ...]


def compose(shape: str, glaze: str, seed: int, uid: str = "a", *, close: bool = False) -> Composition:
    """Raises KeyError for an unknown shape or glaze."""
    piece = Piece(SHAPES[shape], GLAZES[glaze], Random(seed), uid, close)
    behind = [part(piece) for part in piece.shape.behind]
    body = piece.shape.body(piece)
    front = [part(piece) for part in piece.shape.front]
    layers = [*behind, body, *front]
    solid = [layer for layer in layers if layer.outline]
    return Composition(
        piece,
        draw_gradients(piece) + draw_shadow(piece) + _ink(layers),
        box_of([layer.box for layer in layers]),
        box_of([layer.box for layer in solid]),
        tuple(d for layer in [body, *front] for d in layer.outline),
        tuple(d for layer in behind for d in layer.outline),
    )


def _ink(layers: list[Layer]) -> str:
    return "".join(layer.markup for layer in layers)
