"""Codes that an app makes from a shared key and the time: RFC 6238 as all such apps do it (SHA-1, 6 digits, 30 s)."""

from dataclasses import dataclass

import pyotp
import segno
from pyotp.utils import strings_equal

STEP_MS = 30_000
# A phone's clock may be half a minute off either way (RFC 6238, 5.2 and 6).
DRIFT_STEPS = (0, -1, 1)


def new_secret() -> str:
    """160 bits in base32, as RFC 4226 (4, R6) recommends."""
    return pyotp.random_base32()


def step_of(secret: str, code: str, now_ms: int) -> int | None:
    """The step, in 30 s since 1970, of which `code` is the code; None when it is none of now."""
    now = now_ms // STEP_MS
    codes = pyotp.HOTP(secret)
    return next((now + drift for drift in DRIFT_STEPS if strings_equal(codes.at(now + drift), code)), None)


@dataclass(frozen=True)
class Drawing:
    """A QR code as the path of an SVG with a side of `size` modules, its quiet zone included."""

    size: int
    path: str


def draw_key(secret: str, account: str, shop: str) -> Drawing:
    """What a phone's camera reads. The shop and the account are what the app calls its entry."""
    address = pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=shop)
    rows = [*segno.make_qr(address, error="m").matrix_iter(border=4)]
    dark = (f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, module in enumerate(row) if module)
    return Drawing(len(rows), "".join(dark))
