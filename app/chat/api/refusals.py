"""What may go wrong with any call of this API, for its description."""

from app.core.errors import Forbidden, Invalid, Unauthenticated
from app.core.http import Malformed, UnsupportedMediaType
from app.core.idempotency import KeyReused
from app.security.errors import TooManyRequests

KEY = ("Idempotency-Key", "the same key takes effect once")
# Of a program's token: the scope chat:read to read, chat:write for the rest.
READ = (Unauthenticated, Forbidden, Invalid, TooManyRequests)
ASKED = (Unauthenticated, Malformed, UnsupportedMediaType, Invalid, KeyReused, TooManyRequests)
