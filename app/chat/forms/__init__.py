"""The chat's forms."""
