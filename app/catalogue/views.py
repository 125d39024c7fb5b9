"""The shop's own pictures."""

from flask import Blueprint, Flask, Response, current_app, send_from_directory

KEEP_S = 24 * 3600

bp = Blueprint("catalogue", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)


@bp.get("/media/<path:name>")
def show_picture(name: str) -> Response:
    folder = current_app.config["SETTINGS"].data_path / "media"
    response = send_from_directory(folder, name, max_age=KEEP_S, conditional=True)
    response.headers["Cache-Control"] = f"public, max-age={KEEP_S}"
    return response
