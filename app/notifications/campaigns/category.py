"""What promotions are to whoever may get them: off until they ask for it, and seldom."""

from app.notifications.categories import Cap, Category, Words

KEY = "promotion"

PROMOTION = Category(
    name="promotion",
    title="Offers and news",
    explanation="What is new, and what costs less for a while. One message in three days at most.",
    kind="marketing",
    words=(
        Words(
            key=KEY,
            title="{{ title }}",
            body="{{ body }}",
            url="{{ path }}",
            variables={
                "title": "Autumn glazes are here",
                "body": "Twelve new cups, made in small numbers.",
                "path": "/new",
            },
        ),
    ),
    urgency="low",
    ttl_s=24 * 3600,
    lane="bulk",
    cap=Cap(1, 72 * 3600),
    defaults=frozenset(),
)
