"""What makes the shop an app of its own: the service worker, the manifest, the icons, and the page without a network."""

from flask import Blueprint, Response, abort, current_app, jsonify, render_template

ICONS = {192: "push/icon-192.png", 512: "push/icon-512.png"}
DAY_S = 24 * 3600

bp = Blueprint("push_worker", __name__)


@bp.get("/sw.js")
def show_worker() -> Response:
    """At the root, since a worker serves the paths below its own. Never kept, or a fault in it would stay."""
    response = file_response("js/worker.js")
    response.headers["Cache-Control"] = "no-cache"
    return response


@bp.get("/push/icon-<int:size>.png")
def show_icon(size: int) -> Response:
    """Under a path that stays: it is named by pushes that are on their way."""
    response = file_response(ICONS.get(size) or abort(404))
    response.headers["Cache-Control"] = f"public, max-age={DAY_S}"
    return response


def file_response(name: str) -> Response:
    asset = current_app.extensions["assets"][name]
    return Response(asset.body, mimetype=asset.mimetype)


@bp.get("/manifest.webmanifest")
def show_manifest() -> Response:
    name = current_app.config["SETTINGS"].SHOP_NAME
    icons = [
        {"src": f"/push/icon-{size}.png", "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
        for size in ICONS
        for purpose in ("any", "maskable")
    ]
    response = jsonify(
        id="/",
        name=name,
        short_name=name,
        start_url="/",
        scope="/",
        display="standalone",
        background_color="#fafaf9",
        theme_color="#fafaf9",
        lang="en",
        icons=icons,
    )
    response.content_type = "application/manifest+json"
    response.headers["Cache-Control"] = f"public, max-age={DAY_S}"
    return response


@bp.get("/offline")
def show_offline() -> str:
    """Kept by the service worker. Nothing in it is anybody's, and it needs nothing but its style sheet."""
    return render_template("notifications/offline.html")
