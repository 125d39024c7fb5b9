"""`flask backup` and `flask restore`: the whole shop in one folder, and back. Without Redis: SQL has all that counts."""
