"""What became of notifications: clicks, counts by the hour, and the health of each push service."""
