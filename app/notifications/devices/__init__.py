"""Browsers that take pushes: who may be one, whose they are, and how they end."""
