"""supervisor's configuration, made from the Procfile."""

import shlex
from collections.abc import Mapping
from pathlib import Path

from app.local_files import metrics_folder
from app.settings import Settings
from deploy.local import procfile, redis_server

STOP_WAIT_S = 20
# What ends this soon has failed to start, and is tried again ever more slowly.
START_S = 5
RETRIES = 1_000_000
AT_ONCE = ("live",)
LOG_BYTES, LOG_FILES = "10MB", 3
# Without shared metrics: live must stay small and reports to Redis, and a worker forks for each job, which would leave
# a file for each.
NO_METRICS = ("live", "worker")

GLOBAL = """\
[supervisord]
nodaemon=true
silent=true
logfile={data}/logs/supervisord.log
logfile_maxbytes=1MB
logfile_backups=1
pidfile={data}/supervisord.pid

[unix_http_server]
file={socket}
chmod=0700

[supervisorctl]
serverurl=unix://{socket}

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface

[group:shop]
programs={programs}
priority=20
"""

PROGRAM = """
[program:{name}]
command={command}
directory={root}
environment={environment}
autostart={autostart}
autorestart=true
startsecs={start}
startretries={retries}
stopsignal=TERM
stopwaitsecs={stop}
killasgroup=true
priority={priority}
redirect_stderr=true
stdout_logfile={data}/logs/{name}.log
stdout_logfile_maxbytes={log_bytes}
stdout_logfile_backups={log_files}
"""


def make(settings: Settings, root: Path, socket: Path) -> str:
    commands = procfile.read(root)
    parts = [head(settings, socket, list(commands))]
    if settings.redis_is_embedded:
        command = redis_server.command(
            settings.REDIS_URL.removeprefix("unix://"), settings.data_path / "redis"
        )
        parts.append(program(settings, root, "redis", shlex.join(command), priority=10, at_once=True))
    parts += [
        program(
            settings,
            root,
            name,
            command,
            priority=20,
            at_once=name in AT_ONCE,
            variables={} if name in NO_METRICS else metrics_of(settings),
        )
        for name, command in commands.items()
    ]
    return "".join(parts)


def head(settings: Settings, socket: Path, group: list[str]) -> str:
    """`group` are the shop's own programs, which stop as one."""
    return GLOBAL.format(data=escape(settings.DATA_DIR), socket=escape(str(socket)), programs=",".join(group))


def metrics_of(settings: Settings) -> dict[str, str]:
    return {"PROMETHEUS_MULTIPROC_DIR": str(metrics_folder(settings.data_path))}


def program(
    settings: Settings,
    root: Path,
    name: str,
    command: str,
    *,
    priority: int,
    at_once: bool = False,
    variables: Mapping[str, str] | None = None,
    stop_s: int = STOP_WAIT_S,
) -> str:
    return PROGRAM.format(
        name=name,
        command=escape(command),
        root=escape(str(root)),
        environment=",".join(f'{key}="{escape(value)}"' for key, value in (variables or {}).items()),
        autostart=str(at_once).lower(),
        start=START_S,
        retries=RETRIES,
        stop=stop_s,
        priority=priority,
        data=escape(settings.DATA_DIR),
        log_bytes=LOG_BYTES,
        log_files=LOG_FILES,
    )


def escape(text: str) -> str:
    """supervisor takes % as the start of a variable."""
    return text.replace("%", "%%")
