"""What only one browser can read (RFC 8291), by pywebpush. Imported by workers alone: it is heavy."""

from pywebpush import WebPusher

from app.notifications.models import Subscription


class BadKeys(Exception):
    """Nothing can be encrypted for this device."""


def encrypt(device: Subscription, data: bytes) -> bytes:
    """Raises BadKeys; one device with broken keys must not keep the others from what they wait for."""
    about = {"endpoint": device.endpoint, "keys": {"p256dh": device.p256dh, "auth": device.auth}}
    try:
        encoded = WebPusher(about).encode(data, content_encoding="aes128gcm")
    except Exception as error:
        raise BadKeys(str(error)) from None
    body = encoded["body"] if encoded else None
    if not isinstance(body, bytes):
        raise BadKeys("nothing was encrypted")
    return body
