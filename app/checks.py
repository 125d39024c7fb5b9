"""What the text of a variable must be. Each check raises ValueError with what is right; standard library only.

Addresses that may hold a password are not repeated in the message, which ends up in logs.
"""

import re
from ipaddress import ip_address, ip_network
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo

from app.redis_address import SENTINEL, read_sentinel_address

ENCRYPTED_SMTP = ("smtps", "smtp+starttls")
# What the chat can tell apart and make harmless.
FILE_TYPES = ("image/jpeg", "image/png", "image/gif", "application/pdf", "text/plain")


def check_time_zone(text: str) -> None:
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):  # unknown, no name at all, a folder such as Europe
        raise ValueError(
            f"must be a time zone that this system knows, such as Europe/Berlin, not {text!r}"
        ) from None


def check_public_url(text: str) -> None:
    url = find_address(text, ("http", "https"))
    if url is None or url.path not in ("", "/") or "@" in text or "?" in text or "#" in text:
        raise ValueError(f"must look like https://shop.example, without a path, not {text!r}")


def check_socket_url(text: str) -> None:
    if find_address(text, ("ws", "wss")) is None:
        raise ValueError(f"must look like wss://shop.example/ws, not {text!r}")


def check_mail_url(text: str) -> None:
    """A plain smtp: connection uses TLS only if the server offers it, and whoever sits between takes that offer away."""
    server = find_address(text, ("smtp", *ENCRYPTED_SMTP))
    if server is None:
        raise ValueError(
            "must look like smtp://host:port, or smtps:// or smtp+starttls:// with user:password@host:port"
        )
    if server.username and server.scheme not in ENCRYPTED_SMTP and not is_loopback(str(server.hostname)):
        raise ValueError("a login needs TLS: use smtps:// or smtp+starttls://, or a server on this machine")


def is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def check_redis_url(text: str) -> None:
    if text.startswith(SENTINEL):
        read_sentinel_address(text)
    elif not text.startswith(("redis://", "rediss://", "unix://")):
        raise ValueError(
            "must look like redis://host:6379/0, rediss:// for TLS, unix:///path/of/socket, or "
            "redis+sentinel://host1:26379,host2:26379/mymaster/0"
        )


def check_file_types(types: tuple[str, ...]) -> None:
    if unknown := [each for each in types if each not in FILE_TYPES]:
        raise ValueError(f"must be some of {', '.join(FILE_TYPES)}, not {', '.join(unknown)}")


def check_scanner_address(text: str) -> None:
    if not text.startswith("/") and not re.fullmatch(r"(\[[0-9a-fA-F:]+\]|[^\s:/]+):\d{1,5}", text):
        raise ValueError(f"must look like localhost:3310 or /run/clamav/clamd.sock, not {text!r}")


def check_networks(networks: tuple[str, ...]) -> None:
    for text in networks:
        try:
            ip_network(text)
        except ValueError:
            raise ValueError(
                f"must be addresses such as 203.0.113.7 or networks such as 203.0.113.0/24, not {text!r}"
            ) from None


def check_path(text: str) -> None:
    if not text.startswith("/"):
        raise ValueError(f"must start with /, not {text!r}")


def find_address(text: str, schemes: tuple[str, ...]) -> SplitResult | None:
    """The parts of an address with one of these schemes and a host; None when it is not one."""
    try:
        url = urlsplit(text)
        is_address = url.scheme in schemes and bool(url.hostname) and url.port != 0
    except ValueError:  # a port that is no number, a bracket that is not closed
        return None
    return url if is_address and not re.search(r"\s", text) else None
