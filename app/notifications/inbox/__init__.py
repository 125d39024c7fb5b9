"""What somebody has been told: the bell, its list and what is read."""
