"""How much one person may say: by who they are, since many share an address."""

from app.security import access
from app.security.access import current_caller
from app.security.limits import address_key, limiter

MESSAGES = "10 per 10 seconds; 60 per minute"
PROGRAM_MESSAGES = "6000 per minute"
NEW_ROOMS = "6 per 12 hours"
NEW_ROOMS_OF_ADDRESS = "60 per 12 hours"


def sender_key() -> str:
    caller = current_caller()
    return caller.name if caller.role == "program" else access.subject()


def message_limit() -> str:
    return PROGRAM_MESSAGES if current_caller().role == "program" else MESSAGES


def new_room_limit() -> str:
    return PROGRAM_MESSAGES if current_caller().role == "program" else NEW_ROOMS


def new_rooms_of_address_limit() -> str:
    return PROGRAM_MESSAGES if current_caller().role == "program" else NEW_ROOMS_OF_ADDRESS


# One count for all rooms and both streams.
messages = limiter.shared_limit(message_limit, scope="chat_messages", key_func=sender_key)
new_rooms = limiter.shared_limit(new_room_limit, scope="chat_rooms", key_func=sender_key)
new_rooms_of_address = limiter.shared_limit(
    new_rooms_of_address_limit, scope="chat_rooms_of_address", key_func=address_key
)
