"""What the catalogue tells of itself to the packages above it, which `create_app` connects.

Signals are heard inside the transaction, so that what they make is there with what it is for. Topics of the outbox are
heard after it.
"""

from blinker import signal

# Sent with `variant_id`: a stock level is wanted for it.
variant_added = signal("variant-added")
# Sent with `variant_id` when it is offered no more, or again, or stands on another shelf: its badges may differ.
variant_offer_changed = signal("variant-offer-changed")

# Key: a product's id. Its name, prices or status may differ from what pages show.
ITEM_CHANGED = "item_changed"
# Key: a category's id. From now on its SKUs may be low at another number.
CATEGORY_CHANGED = "category_changed"
# Key: `<variant id>:<version of its product>`, so that none takes another's place. With `before` and `after`.
PRICE_CHANGED = "price_changed"
