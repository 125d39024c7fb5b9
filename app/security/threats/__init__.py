"""Who attacks the shop: what a client does wrong gives points, and at too many of them it is kept out for a while."""
