"""The demonstration shop: what it sells and the pictures of it, all made from plain data."""
