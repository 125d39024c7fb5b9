"""What people want to be told: preferences, quiet hours and caps."""
