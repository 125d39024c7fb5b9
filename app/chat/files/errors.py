"""Why a file is not taken."""

from app.core.errors import DomainError, Invalid


class FilesOff(DomainError):
    code, kind, title = "files_off", "forbidden", "Files cannot be sent here"


class FileTooLarge(DomainError):
    """`most` is in bytes."""

    code, kind, title = "file_too_large", "too_large", "The file is too large"


class UnsupportedFile(DomainError):
    """`allowed` lists the media types that are taken."""

    code, kind, title = "unsupported_file", "unsupported", "Files of this kind are not taken"


class TooManyFiles(DomainError):
    code, kind, title = "too_many_files", "limited", "That was too many files; try again later"


class UnknownFile(DomainError):
    """Also for files that are there and not the caller's, or not checked yet."""

    code, kind, title = "unknown_file", "missing", "There is no such file"


class Unusable(Exception):
    """What is in the file cannot be shown to anybody; the message says why to whoever sent it."""


def wrong_file(message: str) -> Invalid:
    return Invalid(message, errors=[{"field": "file", "message": message}])
