"""Why there is no backup, or why it was not brought back."""

from app.core.errors import DomainError


class NotEmpty(DomainError):
    code, kind, title = "place_not_empty", "conflict", "There is something already"


class ToolFailed(DomainError):
    code, title = "database_tool_failed", "A tool of PostgreSQL's did not do its work"


class NoBackup(DomainError):
    code, title = "no_backup", "This is not a whole backup"


class Mismatch(DomainError):
    code, kind, title = "backup_mismatch", "conflict", "This backup does not fit this shop"
