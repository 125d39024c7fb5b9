"""Live channels: their names, their tokens, what is published on them and the process that delivers it."""
