"""What shoppers and staff fill in."""
