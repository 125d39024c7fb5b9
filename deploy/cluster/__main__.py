"""`python -m deploy.cluster`: start everything, tell where, and end it all by Ctrl-C; or restart it, node by node."""

import argparse
import sys
import time

from app.core import locales
from app.environment import make_data_folder
from app.settings import Settings
from deploy.cluster import postgres, proxy, redis_group, rolling, state
from deploy.cluster.nodes import Ports, list_nodes
from deploy.cluster.supervision import ClusterSupervisor
from deploy.local import dependencies, family, folders, lock, ports
from deploy.local.lifetime import raise_open_files, run_group, run_until_stopped

PORT = 8080
START_S = 60.0


def main() -> int:
    arguments, started = read_arguments(), time.monotonic()
    if arguments.rolling_restart:
        return run_until_stopped(
            lambda: rolling.restart_all(state.load_running(state.data_folder()), state.ROOT)
        )
    return run_until_stopped(lambda: run(Ports(arguments.port), tls=arguments.tls, started=started))


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy.cluster", description=__doc__)
    parser.add_argument(
        "--port", type=int, default=PORT, help=f"of nginx; the ten after it are used too ({PORT})"
    )
    parser.add_argument("--tls", action="store_true", help="https, with a certificate made for this machine")
    parser.add_argument(
        "--rolling-restart",
        action="store_true",
        help="migrate and restart the cluster that runs, node by node",
    )
    return parser.parse_args()


def run(group: Ports, *, tls: bool, started: float) -> None:
    raise_open_files()
    data = state.data_folder()
    make_data_folder(state.load_settings({"APP_ENV": state.environment(), "DATA_DIR": str(data)}))
    proxy.find_binary()
    for port in group.all:
        ports.check_port(f"--port {group.entrance}", "127.0.0.1", port)
    with lock.hold(state.load_settings({})), postgres.running(data) as database:
        variables = {**state.make_variables(data, group, tls=tls), "DATABASE_URL": database}
        settings = state.load_settings(variables)
        locales.check_locale(settings)
        folders.make(settings)
        state.write(data, variables)
        family.adopt_orphans()
        supervisor = make_supervisor(settings, group, tls=tls)
        run_group(supervisor, settings, lambda: open_shop(settings, supervisor), started)


def make_supervisor(settings: Settings, group: Ports, *, tls: bool) -> ClusterSupervisor:
    nodes = list_nodes(group)
    password = state.read(settings.data_path)["REDIS_URL"].partition("://:")[2].partition("@")[0]
    first = redis_group.write_files(settings.data_path, group, password)
    nginx = proxy.write_files(settings.data_path / "nginx", state.ROOT, nodes, group.entrance, tls=tls)
    return ClusterSupervisor(settings, state.ROOT, nodes, first, {"nginx": nginx})


def wait_for_redis(settings: Settings) -> None:
    refusal = f"Redis did not start; see {settings.data_path / 'logs'}"
    rolling.wait_for(lambda: redis_group.takes_writes(settings.REDIS_URL), START_S, refusal)


def open_shop(settings: Settings, supervisor: ClusterSupervisor) -> None:
    wait_for_redis(settings)
    dependencies.prepare_database(settings)
    for node in supervisor.nodes:
        supervisor.start_program(node.name)
    for node in supervisor.nodes:
        rolling.wait_until_ready(settings, supervisor, node)
    supervisor.start_last()
    rolling.wait_for(
        lambda: supervisor.states().get("nginx") == "RUNNING", START_S, "nginx does not run; see its log"
    )


if __name__ == "__main__":
    sys.exit(main())
