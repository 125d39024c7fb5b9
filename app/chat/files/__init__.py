"""Files in messages: checked when they come, made harmless by a job, handed out to whoever is in the room, swept up."""
