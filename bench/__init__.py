"""Load rigs: each one starts a shop of its own, measures it from outside, and prints what it found."""
