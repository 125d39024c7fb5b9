"""What can be wrong with a cart, a checkout or an order."""

from app.core.errors import DomainError


class EmptyCart(DomainError):
    code, kind, title = "empty_cart", "conflict", "The cart is empty"


class NotInCart(DomainError):
    code, kind, title = "not_in_cart", "missing", "This is not in the cart"


class NoCheckout(DomainError):
    code, kind, title = "no_checkout", "missing", "No checkout is open; start from the cart"


class UnknownOrder(DomainError):
    code, kind, title = "unknown_order", "missing", "There is no such order"


class CheckoutIncomplete(DomainError):
    """`step` is where to go to complete it."""

    code, kind, title = "checkout_incomplete", "invalid", "Something is missing before you can pay"


class TotalChanged(DomainError):
    code, kind, title = "total_changed", "conflict", "The total has changed; please look again"


class PaymentRunning(DomainError):
    code, kind, title = "payment_running", "conflict", "A payment for this order is under way"


class PaymentDeclined(DomainError):
    code, kind, title = "payment_declined", "conflict", "The payment was declined; nothing was charged"


class NotPossibleNow(DomainError):
    code, kind, title = "order_state", "conflict", "The order has moved on; this is not possible any more"
