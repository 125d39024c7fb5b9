"""From cart to delivered order: what a shopper puts together, pays for and receives."""
