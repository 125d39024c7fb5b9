"""What the templates of every page ask of the chat: the way to support, and what the parts of a conversation need."""

from typing import Any

from flask import current_app

from app.chat import corner
from app.chat.corner import Talk
from app.chat.forms.support import new_client_id
from app.core.http import is_failing
from app.security import access


def page_context() -> dict[str, Any]:
    settings = current_app.config["SETTINGS"]
    return {
        "find_talk": find_talk,
        "new_client_id": new_client_id,
        "chat": {
            "zone": settings.SHOP_TIMEZONE,
            "most": settings.CHAT_MAX_MESSAGE_LENGTH,
            "sends_files": settings.CHAT_ENABLE_FILE_SHARING,
            "file_types": settings.CHAT_ALLOWED_FILE_TYPES,
            "most_bytes": settings.CHAT_MAX_FILE_SIZE,
        },
    }


def find_talk() -> Talk | None:
    """Asked by the way to support alone, since some pages are there without a database."""
    return None if is_failing() else corner.find_talk(access.subject())
