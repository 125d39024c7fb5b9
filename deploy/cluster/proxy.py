"""nginx in front, with the configuration that real machines use; only the two files that differ are made here."""

import os
import shlex
import shutil
import subprocess
from collections.abc import Collection, Iterable
from pathlib import Path

from deploy.cluster.nodes import Node
from deploy.local.refusal import Refusal

MAIN = """\
{user}worker_processes 2;
pid nginx.pid;
error_log error.log warn;
events {{ worker_connections 4096; }}
http {{
    log_format shop '$time_iso8601 $request_method $uri $status $request_time $upstream_addr $upstream_status';
    access_log access.log shop;
    client_body_temp_path body;
    proxy_temp_path proxied;
    fastcgi_temp_path unused;
    uwsgi_temp_path unused;
    scgi_temp_path unused;
    include "{rules}";
}}
"""

CACHE = "proxy_cache_path cache keys_zone=liveshelf:1m max_size=20m use_temp_path=off;\n"

TLS = """\
ssl_certificate certificate.pem;
ssl_certificate_key certificate.key;
ssl_protocols TLSv1.2 TLSv1.3;
"""


def find_binary() -> str:
    """Debian keeps it where only root's PATH leads."""
    places = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"))
    binary = shutil.which("nginx", path=places)
    if binary is None:
        raise Refusal("nginx: is not installed; on Debian: apt-get install nginx")
    return binary


def write_files(folder: Path, root: Path, nodes: Iterable[Node], port: int, *, tls: bool) -> str:
    """The command that runs it."""
    (folder / "liveshelf").mkdir(parents=True, exist_ok=True, mode=0o700)
    # As root it would hand its workers to a user who cannot look into DATA_DIR.
    user = "user root;\n" if os.geteuid() == 0 else ""
    rules = root / "deploy" / "nginx" / "liveshelf.conf"
    (folder / "nginx.conf").write_text(MAIN.format(user=user, rules=rules))
    entrance = f"listen 127.0.0.1:{port}{' ssl http2' if tls else ''};\nserver_name localhost;\n"
    (folder / "liveshelf" / "entrance.conf").write_text(entrance + (TLS if tls else ""))
    if tls:
        make_certificate(folder)
    write_machines(folder, nodes)
    return shlex.join([*command(folder), "-g", "daemon off;"])


def command(folder: Path) -> list[str]:
    return [find_binary(), "-p", f"{folder}/", "-c", "nginx.conf", "-e", "error.log"]


def write_machines(folder: Path, nodes: Iterable[Node], down: Collection[str] = ()) -> None:
    """Where web and live run; those named by `down` get nothing from the next reload on."""
    lines = []
    for role in ("web", "live"):
        servers = [
            f"    server 127.0.0.1:{node.port} max_fails=2 fail_timeout=3s{' down' * (node.name in down)};"
            for node in nodes
            if node.role == role
        ]
        lines += [f"upstream liveshelf_{role} {{", "    least_conn;", *servers, "}"]
    file = folder / "liveshelf" / "machines.conf"
    draft = file.with_suffix(".draft")
    draft.write_text("\n".join([*lines, CACHE]))
    draft.replace(file)


def make_certificate(folder: Path) -> None:
    """For this machine alone: browsers warn of it."""
    if (folder / "certificate.pem").exists():
        return
    request = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
    ]
    names = ["-days", "30", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    files = ["-keyout", str(folder / "certificate.key"), "-out", str(folder / "certificate.pem")]
    if shutil.which("openssl") is None:
        raise Refusal("openssl: is not installed, so there is no certificate; leave out --tls")
    made = subprocess.run([*request, *names, *files], capture_output=True, text=True)
    if made.returncode:
        raise Refusal(f"openssl: could not make a certificate ({made.stderr.strip()})")
    (folder / "certificate.key").chmod(0o600)
