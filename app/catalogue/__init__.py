"""What the shop sells: products, their variants, categories, pictures and search."""
