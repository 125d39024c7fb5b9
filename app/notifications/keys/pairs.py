"""P-256 key pairs as browsers and push services write them: base64url without padding (RFC 8292, 3.2)."""

import base64
import binascii

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CURVE = ec.SECP256R1()
POINT_BYTES = 65
SCALAR_BYTES = 32


def new_private() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(CURVE)


def write_private(key: ec.EllipticCurvePrivateKey) -> str:
    return encode(key.private_numbers().private_value.to_bytes(SCALAR_BYTES))


def read_private(text: str) -> ec.EllipticCurvePrivateKey:
    """Raises ValueError for what is no private key."""
    raw = decode(text)
    if len(raw) != SCALAR_BYTES:
        raise ValueError(f"a private key has {SCALAR_BYTES} bytes, not {len(raw)}")
    return ec.derive_private_key(int.from_bytes(raw), CURVE)


def public_of(key: ec.EllipticCurvePrivateKey) -> str:
    return encode(key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def read_public(text: str) -> ec.EllipticCurvePublicKey:
    """Raises ValueError for what is no point of the curve."""
    raw = decode(text)
    if len(raw) != POINT_BYTES:
        raise ValueError(f"a public key has {POINT_BYTES} bytes, not {len(raw)}")
    return ec.EllipticCurvePublicKey.from_encoded_point(CURVE, raw)


def encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Raises ValueError; takes padding and the other alphabet, which some browsers still send."""
    plain = text.strip().rstrip("=").replace("+", "-").replace("/", "_")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("not base64url") from None
