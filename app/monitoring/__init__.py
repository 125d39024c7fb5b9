"""Counting and health."""
