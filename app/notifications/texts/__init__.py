"""The words of notifications: versions, rendering, and what may stand in them."""
