"""`flask redis ping`: whether the Redis of REDIS_URL answers, what it is, and how fast."""

import time
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import click
from flask import current_app
from flask.cli import with_appcontext

from app.core.redis import Redis, RedisError, connect

PINGS = 20


@click.group()
def redis() -> None:
    """Look at the Redis that REDIS_URL names."""


@redis.command()
@with_appcontext
def ping() -> None:
    """Answer PONG with the server's version, role, memory and latency, or say why there is none."""
    url = current_app.config["SETTINGS"].REDIS_URL
    try:
        with connect(url) as client:
            latencies = [time_ping(client) for _ in range(PINGS)]
            lines = describe(client.info(), latencies)
    except RedisError as error:
        raise click.ClickException(
            f"No PONG from {without_password(url)} ({str(error).rstrip('.')}). Is it running, and is REDIS_URL right?"
        ) from None
    click.echo("\n".join(["PONG", f"address  {without_password(url)}", *lines]))


def time_ping(client: Redis) -> float:
    """In ms."""
    begun = time.perf_counter()
    client.ping()
    return (time.perf_counter() - begun) * 1000


def describe(info: dict[str, Any], latencies: list[float]) -> list[str]:
    """Redis tells its version under its own name, Valkey under its own besides the Redis that it is compatible with."""
    name = info.get("server_name", "redis")
    version = info.get(f"{name}_version", info["redis_version"])
    limit = f"at most {info['maxmemory_human']}" if info["maxmemory"] else "no limit"
    return [
        f"server   {name} {version}, up {info['uptime_in_seconds']} s",
        f"role     {describe_role(info)}",
        f"memory   {info['used_memory_human']} used, {limit}, {info['maxmemory_policy']}",
        f"latency  {median(latencies):.2f} ms, slowest of {PINGS} {max(latencies):.2f} ms",
    ]


def describe_role(info: dict[str, Any]) -> str:
    """A replica takes no writes: an address that leads to one stops all live updates."""
    if info["role"] == "master":
        return f"master, {info['connected_slaves']} replicas"
    return f"replica of {info['master_host']}:{info['master_port']}, link {info['master_link_status']}; takes no writes"


def without_password(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl() if parts.netloc else url
