"""Stock figures from a file: read, compared with what is there, applied in parts, and undone."""
