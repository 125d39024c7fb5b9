"""The fixture page, and the messages that change it, in the markup that the templates use."""

from __future__ import annotations

from typing import Any

HTMX = '<script src="/static/vendor/htmx-4.0.1.min.js" defer></script>'
LIVE = '<script src="/static/js/live.js" type="module"></script>'
LABELS = {"in": "In stock", "low": "Only 3 left", "out": "Sold out", "back": "Back 12 Dec"}
CHIP = (
    '<p class="c-conn" data-live-chip data-state="connecting" data-text-connecting="Connecting…"'
    ' data-text-live="Live" data-text-reconnecting="Reconnecting…"'
    ' data-text-offline="Stock as of {time}" data-text-paused="Live updates paused"'
    ' data-text-stopped="Reload for live stock">'
    '<span class="c-conn__text" role="status">Connecting…</span></p>'
)
VISITOR = '<i data-channel="visitor:ab12" data-position="41@k3f" data-token="sub-1"></i>'
INPUT = '<input id="quantity" value="12">'
ANNOUNCER = '<p role="status" data-live-announce="A1"></p>'


def badge(state: str, label: str | None = None) -> str:
    return f'<span class="c-badge c-badge--{state}" data-state="{state}">{label or LABELS[state]}</span>'


def stock(sku: str = "A1", version: int | None = 118, state: str = "low") -> str:
    known = "" if version is None else f' data-version="{version}"'
    return f'<span class="c-stock" data-stock="{sku}" data-channel="stock:{sku}"{known}>{badge(state)}</span>'


def page(live_url: str, body: str, *, scripts: str = HTMX + LIVE) -> str:
    return (
        '<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>Vase</title>'
        '<meta name="csrf-token" content="csrf-1">'
        '<meta name="htmx-config" content=\'{"includeIndicatorCSS":false}\'>'
        f'{scripts}</head><body data-live-url="{live_url}" data-live-token="conn-1" data-live-lang="en">'
        f"{body}</body></html>"
    )


def content(sku: str, state: str, label: str | None = None) -> str:
    return f"<span hx-swap-oob=\"innerHTML:[data-stock='{sku}']\">{badge(state, label)}</span>"


def stock_message(
    sku: str, version: int, state: str, label: str | None = None, epoch: str = "k3f"
) -> dict[str, Any]:
    """A state message as the server sends it; the same shape is one entry of a snapshot."""
    return {
        "type": "message",
        "channel": f"stock:{sku}",
        "event": "stock_changed",
        "offset": version,
        "epoch": epoch,
        "ts": 1790000000123,
        "version": version,
        "data": {"sku": sku},
        "content": content(sku, state, label),
    }
