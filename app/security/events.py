"""What others may want to know of accounts. Receivers run inside the transaction of what they are told."""

from blinker import Namespace

signals = Namespace()

# Somebody signed in. Sent with `guest`, the subject that this browser was until now, and `owner`, which it is from here on.
logged_in = signals.signal("logged-in")
# Somebody signed out. Sent with `owner`, the account's subject.
logged_out = signals.signal("logged-out")
