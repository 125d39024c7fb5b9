"""Installs what the tests drive, such as browsers: `python -m tests.support.browser_packages chromium firefox-esr`."""

import os
import shutil
import subprocess
import sys


def main(packages: list[str]) -> int:
    missing = [package for package in packages if shutil.which(package) is None]
    if not missing:
        return 0
    names = " ".join(missing)
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        print(f"The tests drive real browsers; install these packages first: {names}", file=sys.stderr)
        return 1
    print(f"Installing {names}", flush=True)
    # In no runlevel but the first does a package start what it brings, such as nginx on port 80.
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    for command in (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", *missing]):
        if subprocess.run(["apt-get", *command], env=environ, stdout=subprocess.DEVNULL).returncode:
            print(f"apt-get could not install {names}; the reason stands above", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
