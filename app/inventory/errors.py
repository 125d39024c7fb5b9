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
