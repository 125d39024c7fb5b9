"""Promotions: one message to everybody who asked for such, written and sent by staff."""
