"""Pushes on their way: claimed, encrypted, sent, and what the push service answered."""
