"""The first page that somebody opens comes compressed: the one that a slow phone waits for.

Later ones do not. A page with a visitor's secret in it, such as its forms' token, tells that secret by its compressed
length to whoever can make the visitor's browser ask for it with words of their own (BREACH, breachattack.com). Without a
cookie there is no visitor yet, and no secret to tell.
"""

import gzip

from flask import Flask, Response, request

from app.core import http

SMALLEST = 1_000
LEVEL = 5


def init_app(app: Flask) -> None:
    app.after_request(compress)


def compress(response: Response) -> Response:
    if response.mimetype != "text/html" or response.is_streamed or response.content_encoding:
        return response
    response.vary.update(("Accept-Encoding", "Cookie"))
    if not request.cookies and http.takes_gzip() and len(response.get_data()) >= SMALLEST:
        response.set_data(gzip.compress(response.get_data(), LEVEL, mtime=0))
        response.content_encoding = "gzip"
    return response
