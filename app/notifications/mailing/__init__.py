"""Mail behind the push: when one goes, what it says, and whom it must not reach."""
