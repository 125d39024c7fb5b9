"""The shop's own pictures."""

import gzip
import os
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, abort, current_app, request, send_from_directory
from werkzeug.security import safe_join
from werkzeug.wrappers import Response

from app.core import http

KEEP_S = 24 * 3600
CACHED_DRAWINGS = 1024

bp = Blueprint("media", __name__)


@bp.get("/media/<path:name>")
def show_picture(name: str) -> Response:
    folder = current_app.config["SETTINGS"].data_path / "media"
    if name.endswith(".svg") and http.takes_gzip():
        response = show_drawing(folder, name)
    else:
        response = send_from_directory(folder, name, max_age=KEEP_S)
    response.headers["Cache-Control"] = f"public, max-age={KEEP_S}"
    return response


def show_drawing(folder: Path, name: str) -> Response:
    """Drawings shrink to a third, and a shelf shows two dozen of them."""
    path = Path(safe_join(str(folder), name) or abort(404))
    if not os.path.isfile(path):  # Path.is_file raises for a name that is too long
        abort(404)
    changed = path.stat().st_mtime_ns
    response = Response(compressed(path, changed), mimetype="image/svg+xml")
    response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.set_etag(f"{changed:x}-gzip")
    return response.make_conditional(request)


@lru_cache(maxsize=CACHED_DRAWINGS)
def compressed(path: Path, changed: int) -> bytes:
    return gzip.compress(path.read_bytes(), 6, mtime=0)
