"""Three Redis servers, of which one takes writes, and three sentinels that choose another when it is gone.

The servers and sentinels write into their files who is what; so these are made once, and kept.
"""

import shlex
from pathlib import Path

from deploy.cluster.nodes import Ports
from deploy.local import redis_server

SERVER = """\
bind 127.0.0.1
port {port}
dir "{folder}"
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
requirepass {password}
masterauth {password}
repl-diskless-sync-delay 0
min-replicas-to-write 1
min-replicas-max-lag 10
set-proc-title no
"""
FOLLOWS = "replicaof 127.0.0.1 {primary}\n"

# On one machine a second of silence means death; over a network five are usual.
SENTINEL = """\
bind 127.0.0.1
port {port}
dir "{folder}"
sentinel monitor mymaster 127.0.0.1 {primary} 2
sentinel auth-pass mymaster {password}
sentinel down-after-milliseconds mymaster 1000
sentinel failover-timeout mymaster 5000
sentinel parallel-syncs mymaster 1
set-proc-title no
"""


def url(ports: Ports, password: str) -> str:
    hosts = ",".join(f"127.0.0.1:{port}" for port in ports.sentinels)
    return f"redis+sentinel://:{password}@{hosts}/mymaster/0"


def write_files(data: Path, ports: Ports, password: str) -> dict[str, str]:
    """The command of each server and sentinel, by name. Files that are there stay as they are."""
    binary = redis_server.find_binary()
    primary, *_ = ports.redis
    commands = {}
    for number, port in enumerate(ports.redis, 1):
        text = SERVER if port == primary else SERVER + FOLLOWS
        file = write(data / f"redis{number}", text, port=port, primary=primary, password=password)
        commands[f"redis{number}"] = shlex.join([binary, str(file)])
    for number, port in enumerate(ports.sentinels, 1):
        file = write(data / f"sentinel{number}", SENTINEL, port=port, primary=primary, password=password)
        commands[f"sentinel{number}"] = shlex.join([binary, str(file), "--sentinel"])
    return commands


def write(folder: Path, text: str, **values: int | str) -> Path:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = folder / "redis.conf"
    if not file.exists():
        draft = file.with_suffix(".draft")
        draft.touch(mode=0o600)
        draft.write_text(text.format(folder=folder, **values))
        draft.replace(file)  # in one step: half a file would be kept for good
    return file


def takes_writes(url: str) -> bool:
    """Not before a replica follows."""
    from app.core.redis import RedisDown, RedisError, connect, wait_for_replica

    try:
        with connect(url) as client:
            wait_for_replica(client)
    except (RedisDown, RedisError):
        return False
    return True
