"""What a shop owner fills in."""
