"""What every feature stands on; no word of a shop in here."""
