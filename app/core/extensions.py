"""Flask extensions, unbound; `create_app` binds them."""

from flask_wtf.csrf import CSRFProtect
from htmx_flask import Htmx

csrf = CSRFProtect()
htmx = Htmx()
