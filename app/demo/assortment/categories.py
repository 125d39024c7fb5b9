"""The six departments of the shop."""

from app.demo.assortment.product import DemoCategory

CATEGORIES: tuple[DemoCategory, ...] = (
    DemoCategory(
        "tableware",
        "Tableware",
        "Thrown for daily use: stacks well, survives the dishwasher.",
        "pitcher",
        "cobalt",
    ),
    DemoCategory(
        "vases", "Vases", "From one poppy to a whole hedge, each with a foot of raw clay.", "moon", "chalk"
    ),
    DemoCategory(
        "lighting", "Lighting", "Lamps and pendants that look right switched off, too.", "lamp", "rust"
    ),
    DemoCategory(
        "plants-pots",
        "Plants & pots",
        "Pots with drainage holes, sold without the plant.",
        "planter",
        "cobalt",
    ),
    DemoCategory(
        "candles-scent", "Candles & scent", "Holders, burners and hand-poured soy wax.", "candelabra", "moss"
    ),
    DemoCategory(
        "seconds",
        "Seconds",
        "One-off pieces with a visible fault and an honest price.",
        "mug-second",
        "celadon",
    ),
)
