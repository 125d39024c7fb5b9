"""What the chat tells of itself to the rest of it: topics of the outbox, heard after the commit."""

# Key: a room's public id. It was resolved, closed or abandoned.
ROOM_ENDED = "room_ended"
ENDED = ("resolved", "closed", "abandoned")
