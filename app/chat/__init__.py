"""Talking with shoppers beside the shelf: rooms, messages, agents, files, and what is measured of them."""
