"""How an address looks that mail can be sent to."""

# What browsers take for an address, without dots that no mail server takes.
ATOM, HOST = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+", r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
ADDRESS = rf"^{ATOM}(?:\.{ATOM})*@{HOST}(?:\.{HOST})*\Z"
EXPECTED = "Enter an address like name@example.com"
LONGEST = 254
