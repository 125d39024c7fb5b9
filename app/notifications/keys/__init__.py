"""The keys by which push services know this shop."""
