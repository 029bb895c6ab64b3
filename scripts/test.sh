#!/usr/bin/env bash
# Every gate, then the whole suite: first everything on both cores, then the browser tests, which
# start real servers and keep an event loop that tests of asynchronous code cannot live beside.
# Arguments go to pytest and replace this choice: make test ARGS="tests/core -k regimen".
set -uo pipefail
cd "$(dirname "$0")/.."
if [ "$#" -gt 0 ]; then
  exec .venv/bin/python -m pytest "$@"
fi
scripts/check.sh || exit 1
failed=0
.venv/bin/python -m pytest -n 2 --ignore tests/browser || failed=1
.venv/bin/python -m pytest tests/browser || failed=1
exit "$failed"
