"""What is measured of conversations, and what is left of them once their words are gone."""
