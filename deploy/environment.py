"""Makes .venv and installs requirement files into it, every package checked against its hash.

Plain enough for an old Python to read, so that it can say that it is too old.
"""

import os
import shutil
import signal
import subprocess
import sys

VENV = ".venv"
VENV_PYTHON = os.path.join(VENV, "bin", "python")
STAMPS = os.path.join(VENV, "installed")
OLDEST = (3, 11)


def main(files: "list[str]") -> None:
    # Turned into an exception, which makes subprocess end pip before this process ends.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    check_python()
    if not has_pip():
        print("Making %s" % VENV, flush=True)
        run([sys.executable, "-m", "venv", "--clear", VENV], "could not make %s" % VENV)
    print("Installing %s" % " and ".join(files), flush=True)
    command = [
        VENV_PYTHON,
        "-m",
        "pip",
        "install",
        "-qq",
        "--disable-pip-version-check",
        "--no-input",
        "--require-hashes",
    ]
    for name in files:
        command += ["-r", name]
    run(command, "could not install %s; the reason stands above" % " and ".join(files))
    os.makedirs(STAMPS, exist_ok=True)
    for name in files:
        shutil.copyfile(name, os.path.join(STAMPS, name))


def check_python() -> None:
    version = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info < OLDEST:
        sys.exit(
            "PYTHON: %s is Python %s; Liveshelf needs 3.11 or newer (make PYTHON=python3.11 ...)"
            % (sys.executable, version)
        )
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        sys.exit(
            "PYTHON: %s cannot make virtual environments; on Debian: apt-get install python3-venv"
            % sys.executable
        )


def has_pip() -> bool:
    if not os.access(VENV_PYTHON, os.X_OK):
        return False
    return subprocess.call([VENV_PYTHON, "-c", "import pip"], stderr=subprocess.DEVNULL) == 0


def run(command: "list[str]", problem: str) -> None:
    environ = dict(os.environ, PIP_ROOT_USER_ACTION="ignore")
    if subprocess.call(command, env=environ) != 0:
        sys.exit(problem)


if __name__ == "__main__":
    main(sys.argv[1:])
