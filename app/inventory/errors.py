"""What can be wrong with a stock change."""

from app.core.errors import DomainError


class UnknownSku(DomainError):
    code, kind, title = "unknown_sku", "missing", "No product has this SKU"


class InsufficientStock(DomainError):
    code, kind, title = "insufficient_stock", "conflict", "There is not that much in stock"


class StaleVersion(DomainError):
    code, kind, title = "stale_version", "stale", "The stock has changed since you read it"


class VersionRequired(DomainError):
    code, kind, title = "version_required", "precondition", 'Setting a quantity needs If-Match: "v<version>"'


class NotForSale(DomainError):
    code, kind, title = "not_for_sale", "conflict", "This is not for sale"


class ReservationGone(DomainError):
    code, kind, title = "reservation_gone", "conflict", "The hold has ended; reserve again"


class PromiseGone(DomainError):
    code, kind, title = "promise_gone", "conflict", "What was kept for you is kept no longer"


class NoReservation(DomainError):
    code, kind, title = "no_reservation", "missing", "Nothing is held here"


class TooManyHolds(DomainError):
    code, kind, title = "too_many_holds", "limited", "Too many holds are open from this connection"


class OrderProcessed(DomainError):
    code, kind, title = "order_processed", "conflict", "This order was processed with another hold"


class CountBelowReserved(DomainError):
    """`standing` lists what is in the way, `freed` is how many units the newest holds would give back."""

    code, kind, title = "count_below_reserved", "conflict", "More is promised than was counted"


class AlreadyUndone(DomainError):
    code, kind, title = "already_undone", "conflict", "This was undone already"


class PartOfImport(DomainError):
    code, kind, title = "part_of_import", "conflict", "This came with an import, which is undone as a whole"


class InStock(DomainError):
    code, kind, title = "in_stock", "conflict", "This is in stock, so there is nothing to wait for"


class TooManyWaiting(DomainError):
    code, kind, title = "too_many_waiting", "conflict", "You wait for too many things already"
