"""Cut stems: what stands in the vases."""

from app.demo.drawing.colour import shade
from app.demo.drawing.geometry import CENTRE, Box, at
from app.demo.drawing.piece import Layer, Part, Piece
from app.demo.drawing.svg import alpha, define, ellipse, group, line, num, path, reuse, tag

_STALK = "#7B7A54"


def _standing(piece: Piece, turn: float, *ink: str) -> str:
    return group(*ink, transform=f"translate({num(CENTRE)} {num(piece.top)}) rotate({num(turn)})")


def _room(piece: Piece, width: float, height: float) -> Box:
    return Box(CENTRE - width, piece.top - height, CENTRE + width, piece.top)


def dried_grass(count: int = 3, height: float = 190, spread: float = 17) -> Part:
    def draw(piece: Piece) -> Layer:
        stalks = []
        for i in range(count):
            turn = (i - (count - 1) / 2) * spread + piece.dice.uniform(-3, 3)
            tall = height * piece.dice.uniform(0.84, 1.04)
            stalk = line(
                f"M0 30C{num(piece.dice.uniform(-14, 14))} "
                f"{num(-tall * 0.4)} 0 {num(-tall * 0.7)} 0 {num(-tall)}",
                _STALK,
                5,
            )
            stalks.append(_standing(piece, turn, stalk, *(_grain(tall, j) for j in range(7))))
        return Layer("".join(stalks), _room(piece, 30 + height * 0.022 * spread * (count - 1) / 2, height))

    return draw


def _grain(tall: float, j: int) -> str:
    y, hand = -tall * (0.36 + j * 0.1), 1 if j % 2 else -1
    return tag(
        "ellipse",
        cx=15 * hand,
        cy=y,
        rx="16",
        ry="7",
        fill="#C9B27C" if j % 3 else "#B0935A",
        transform=f"rotate({-34 * hand} {15 * hand} {num(y)})",
    )


def eucalyptus(count: int = 3, height: float = 260) -> Part:
    """Round grey-green leaves in pairs along arching stems."""

    def draw(piece: Piece) -> Layer:
        stalks = [
            define(
                f"p{piece.uid}",
                "M0 0C-10 -27 -54 -27 -54 0C-54 27 -10 27 0 0C10 -33 54 -33 54 -6C54 21 10 21 0 0Z",
            )
        ]
        for i in range(count):
            t = i - (count - 1) / 2
            tall = height * (1 - 0.12 * abs(t)) * piece.dice.uniform(0.92, 1.02)
            leaves = [
                _round_pair(piece, tall, k, ("#8FA596", "#A7B9A8", "#748D7E")[(k + i) % 3]) for k in range(6)
            ]
            stalks.append(
                _standing(
                    piece,
                    t * 21,
                    line(f"M0 30Q{num(t * 10)} {num(-tall * 0.5)} 0 {num(-tall)}", "#86735A", 5),
                    *leaves,
                )
            )
        return Layer("".join(stalks), _room(piece, 40 + height * 0.36 * (count - 1) / 2, height + 14))

    return draw


def _round_pair(piece: Piece, tall: float, k: int, green: str) -> str:
    place = f"translate(0 {num(-tall * (0.24 + k * 0.15))})scale({alpha(1 - k * 0.08)})"
    return reuse(f"p{piece.uid}", place, fill=green)


def poppy(height: float = 210, colour: str = "#D8573F") -> Part:
    """One flower and one bud."""

    def draw(piece: Piece) -> Layer:
        h = num(-height)
        stalk = line(f"M0 30C-16 {num(-height * 0.4)} 10 {num(-height * 0.7)} 0 {h}", "#5E7A4A", 6)
        petals = path(
            f"M-58 {num(-height - 24)}C-66 {num(-height - 76)} 66 {num(-height - 76)} 58 {num(-height - 24)}"
            f"C44 {num(-height + 20)} -44 {num(-height + 20)} -58 {num(-height - 24)}Z",
            shade(colour, -0.16),
        )
        front = path(
            f"M-52 {num(-height - 34)}C-40 {num(-height - 62)} -8 {num(-height - 44)} 0 {num(-height - 28)}"
            f"C8 {num(-height - 44)} 40 {num(-height - 62)} 52 {num(-height - 34)}"
            f"C44 {num(-height + 18)} -44 {num(-height + 18)} -52 {num(-height - 34)}Z",
            colour,
        )
        bud = _standing(
            piece,
            20,
            line(f"M0 30Q6 {num(-height * 0.3)} 0 {num(-height * 0.62)}", "#5E7A4A", 5),
            ellipse(0, -height * 0.66, 14, 21, "#7C955F"),
            ellipse(3, -height * 0.73, 6, 9, colour),
        )
        return Layer(bud + _standing(piece, -5, stalk, petals, front), _room(piece, 78, height + 64))

    return draw


def berry_branch(height: float = 300, colour: str = "#B4532F") -> Part:
    """One crooked branch that leans to the right."""

    def draw(piece: Piece) -> Layer:
        y = piece.top
        main = (
            f"M{at((CENTRE, y + 20))}C{at((CENTRE - 20, y - height * 0.4))} "
            f"{at((CENTRE + 70, y - height * 0.5))} {at((CENTRE + 96, y - height))}"
        )
        twigs = (
            f"M{at((CENTRE + 10, y - height * 0.38))}q-60 -30 -88 -104"
            f"M{at((CENTRE + 44, y - height * 0.58))}q60 -10 100 -66"
            f"M{at((CENTRE + 72, y - height * 0.76))}q-40 -20 -58 -66"
        )
        spots = (
            (-78, 0.72),
            (-58, 0.6),
            (-30, 0.49),
            (142, 0.8),
            (116, 0.7),
            (84, 0.63),
            (14, 0.98),
            (38, 0.86),
            (96, 1.0),
            (90, 0.9),
        )
        berries = "".join(
            ellipse(CENTRE + x, y - height * s, 13, 13, shade(colour, 0.1 * (i % 3)))
            + ellipse(CENTRE + x - 4, y - height * s - 5, 3.5, 3, "#fff", 0.5)
            for i, (x, s) in enumerate(spots)
        )
        ink = line(main, "#6B5442", 8) + line(twigs, "#6B5442", 5) + berries
        return Layer(ink, Box(CENTRE - 92, y - height - 14, CENTRE + 156, y))

    return draw


def pampas(count: int = 3, height: float = 300) -> Part:
    """Feathery plumes."""

    def draw(piece: Piece) -> Layer:
        plumes = []
        for i in range(count):
            t = i - (count - 1) / 2
            tall = height * (1 - 0.14 * abs(t))
            tone = ("#D9C4A0", "#E4D3B4", "#CDB48B")[i % 3]
            low, middle, high = num(-tall * 0.36), num(-tall * 0.5), num(-tall * 0.82)
            plume = f"M-4 {low}C-36 {middle} -34 {high} 4 {num(-tall)}C40 {high} 34 {middle} 4 {low}Z"
            hairs = "".join(
                f"M0 {num(-tall * (0.4 + 0.08 * k))}q{22 if k % 2 else -20} -14 {26 if k % 2 else -24} -40"
                for k in range(5)
            )
            plumes.append(
                _standing(
                    piece,
                    t * 17,
                    line(f"M0 30V{num(-tall * 0.5)}", "#A08A5E", 5),
                    path(plume, tone),
                    line(hairs, shade(tone, -0.22), 2.5, 0.55),
                )
            )
        return Layer("".join(plumes), _room(piece, 36 + height * 0.28 * (count - 1) / 2, height))

    return draw


def lavender(count: int = 5, height: float = 200) -> Part:
    def draw(piece: Piece) -> Layer:
        stalks = []
        for i in range(count):
            t = i - (count - 1) / 2
            tall = height * (1 - 0.1 * abs(t)) * piece.dice.uniform(0.92, 1.04)
            buds = "".join(f"M{8 if k % 2 else -8} {num(-tall * 0.62 - k * 11)}v-5" for k in range(7))
            stalks.append(
                _standing(
                    piece,
                    t * 11,
                    line(f"M0 30V{num(-tall)}", "#7C8A62", 4),
                    line(buds, "#7A7DB0", 13),
                    line(buds, "#A3A5D0", 5),
                )
            )
        return Layer("".join(stalks), _room(piece, 26 + height * 0.19 * (count - 1) / 2, height + 14))

    return draw
