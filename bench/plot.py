"""Lines over a few named points, as an SVG picture that needs nothing to be looked at but a browser."""

from html import escape

WIDTH, HEIGHT = 720, 360
LEFT, RIGHT, TOP, BOTTOM = 60, 120, 40, 60
COLOURS = ("#1f5fa8", "#b3541e", "#3b7d3b")
TICKS = 4


def lines(title: str, names: list[str], values: dict[str, list[float]]) -> str:
    """From zero up, so that a flat line looks flat."""
    most = max(max(line) for line in values.values()) * 1.15
    step = (WIDTH - LEFT - RIGHT) / (len(names) - 1)

    def place(number: int, value: float) -> tuple[float, float]:
        return LEFT + number * step, HEIGHT - BOTTOM - value / most * (HEIGHT - TOP - BOTTOM)

    parts = [text(LEFT, 22, title, size=15)]
    for tick in range(TICKS + 1):
        _, y = place(0, most * tick / TICKS)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        parts.append(text(LEFT - 8, y + 4, f"{most * tick / TICKS:.1f}", anchor="end"))
    for number, name in enumerate(names):
        for row, words in enumerate(name.split("\n")):
            parts.append(text(place(number, 0)[0], HEIGHT - BOTTOM + 18 + 16 * row, words, anchor="middle"))
    for (name, line), colour in zip(values.items(), COLOURS, strict=False):
        points = [place(number, value) for number, value in enumerate(line)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in points]
        parts.append(text(points[-1][0] + 10, points[-1][1] + 4, f"{name} {line[-1]:.1f}", colour=colour))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>{"".join(parts)}</svg>\n'
    )


def stack(pictures: list[str]) -> str:
    """Several pictures of this module in one, from top to bottom."""
    placed = "".join(
        picture.strip().replace("<svg ", f'<svg y="{number * HEIGHT}" width="{WIDTH}" height="{HEIGHT}" ', 1)
        for number, picture in enumerate(pictures)
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT * len(pictures)}">{placed}</svg>\n'


def text(
    x: float, y: float, words: str, *, anchor: str = "start", size: int = 12, colour: str = "#333"
) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="{colour}"'
    return f"<text {place}>{escape(words)}</text>"
