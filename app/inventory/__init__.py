"""How many there are: stock levels, the ledger that is their only writer, and the badge that shows them."""
