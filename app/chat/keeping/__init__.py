"""How long conversations are kept, and how they leave: by age, by wish, as a text."""
