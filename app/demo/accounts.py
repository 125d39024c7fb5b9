"""The accounts of the demo; known to everybody, so they exist on loopback only."""

DEMO_ACCOUNTS = (
    ("shopper", "ada@kilnmark.example", "kiln-shopper-1"),
    ("agent", "mira@kilnmark.example", "kiln-agent-mira"),
    ("agent", "jonas@kilnmark.example", "kiln-agent-jonas"),
    ("staff", "tomas@kilnmark.example", "kiln-inventory-1"),
    ("admin", "ines@kilnmark.example", "kiln-admin-ines"),
)
NAMES = {
    "ada": "Ada Novak",
    "mira": "Mira Okafor",
    "jonas": "Jonas Brandt",
    "tomas": "Tomás Rey",
    "ines": "Inês Duarte",
}
