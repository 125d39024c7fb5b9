"""Static files under a path that changes with their content, so that browsers may keep them for ever."""

import gzip
import hashlib
import posixpath
import re
from dataclasses import dataclass
from mimetypes import guess_type
from pathlib import Path
from urllib.parse import quote

from flask import Blueprint, Flask, Response, abort, current_app
from markupsafe import Markup

from app.core import http, scripts

HTMX = "vendor/htmx-4.0.1.min.js"
SYMBOL = re.compile(r'<symbol id="([\w-]+)"[^>]*>(.*?)</symbol>', re.DOTALL)
SHEETS = {
    "css/shop.css": "css",
    "css/staff.css": "css/staff",
    "css/buying.css": "css/buying",
    "css/chat.css": "css/chat",
    "css/notifications.css": "css/notifications",
}
FOR_EVER = "public, max-age=31536000, immutable"
SMALLEST_GZIP = 512
COMPRESSIBLE = ("text/", "image/svg+xml", "application/json", "application/manifest+json")

bp = Blueprint("assets", __name__)


@dataclass(frozen=True)
class Asset:
    body: bytes
    gzipped: bytes | None
    mimetype: str


def init_app(app: Flask, static: Path) -> None:
    """Read every file once, and join what every page needs: a request costs more than the bytes it brings.

    The style sheets of `css/` become `css/shop.css` in the order of their names; htmx and all that `js/shop.js` imports
    become `js/shop.js`; icons and the favicon go into the page itself. Staff load `css/staff.css` and `js/staff.js` too,
    whoever pays or has paid `css/buying.css`, and whoever talks to us `css/chat.css` and `js/chat.js`, so that looking
    around costs nobody more.
    """
    files = {
        str(path.relative_to(static)): path.read_bytes()
        for path in sorted(static.rglob("*"))
        if path.is_file()
    }
    sheets = {name: body for name, body in files.items() if name.startswith("css/")}
    for bundle, folder in SHEETS.items():
        files[bundle] = b"\n".join(body for name, body in sheets.items() if posixpath.dirname(name) == folder)
    files["js/shop.js"] = files[HTMX] + b"\n" + scripts.bundle(files, "js/shop.js")
    for entry in ("js/staff.js", "js/chat.js", "js/console.js", "js/push.js", "js/worker.js"):
        files[entry] = scripts.bundle(files, entry)
    app.extensions["icons"] = {
        name: Markup(drawing)  # noqa: S704  # files of ours
        for name, drawing in SYMBOL.findall(files["icons.svg"].decode())
    }
    app.extensions["favicon"] = "data:image/svg+xml," + quote(files["favicon.svg"])
    digest = hashlib.sha256()
    for name, body in sorted(files.items()):
        digest.update(name.encode() + b"\0" + body)
    app.extensions["assets"] = {name: make_asset(name, body) for name, body in files.items()}
    app.extensions["assets_version"] = digest.hexdigest()[:12]
    app.register_blueprint(bp)


def icon_drawing(name: str) -> Markup:
    """The inside of an icon of `icons.svg`, for an <svg> of 24 by 24."""
    return current_app.extensions["icons"][name]


def favicon() -> str:
    return str(current_app.extensions["favicon"])


def make_asset(name: str, body: bytes) -> Asset:
    mimetype = (
        "text/javascript" if name.endswith(".js") else guess_type(name)[0] or "application/octet-stream"
    )
    small = (
        gzip.compress(body, 9, mtime=0)
        if mimetype.startswith(COMPRESSIBLE) and len(body) > SMALLEST_GZIP
        else None
    )
    return Asset(body, small, mimetype)


def path(name: str) -> str:
    return f"/static/{current_app.extensions['assets_version']}/{name}"


@bp.get("/static/<version>/<path:name>")
def show_asset(version: str, name: str) -> Response:
    """An old version still answers with the present file: a page from before a deploy keeps its looks.

    A file under its own name, without any version, is for programs elsewhere, such as a page that imports our socket client.
    """
    files = current_app.extensions["assets"]
    asset = files.get(name) or files.get(f"{version}/{name}") or abort(404)
    current = version == current_app.extensions["assets_version"]
    response = Response(asset.body, mimetype=asset.mimetype)
    if asset.gzipped and http.takes_gzip():
        response.data = asset.gzipped
        response.headers["Content-Encoding"] = "gzip"
    if name not in files:
        response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = FOR_EVER if current else "public, max-age=60"
    return response
