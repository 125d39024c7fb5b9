"""Accounts of people: how they are opened, signed in to, guarded, and kept by their owners."""
