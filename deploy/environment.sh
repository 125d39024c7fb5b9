#!/bin/sh
# Makes .venv and installs requirement files into it: environment.sh PYTHON FILE...
# What was installed is kept under .venv/installed, so that the next start only compares files.
python=$1
shift

if ! command -v "$python" >/dev/null 2>&1; then
    echo "PYTHON: there is no $python; Liveshelf needs Python 3.11 or newer" >&2
    exit 1
fi
exec "$python" deploy/environment.py "$@"
