#!/usr/bin/env bash
# The whole suite: fast tests on both cores, then the browser tests, which start real servers.
set -uo pipefail
cd "$(dirname "$0")/.."
scripts/check.sh || exit 1
exec .venv/bin/python -m pytest -n 2 --dist loadgroup "$@"
