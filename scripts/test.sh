#!/usr/bin/env bash
# Every gate and the whole suite. The browser tests wait for pages much of the time, so the gates and
# all other tests run beside them, at a lower priority: what a page takes is not slowed down by them.
# The browser tests have a process of their own: they keep an event loop that tests of asynchronous
# code cannot live beside. Arguments go to pytest and replace all this: make test ARGS="tests/core".
set -uo pipefail
cd "$(dirname "$0")/.."
if [ "$#" -gt 0 ]; then
  exec .venv/bin/python -m pytest "$@"
fi
others() {
  local bad=0
  scripts/check.sh || bad=1
  .venv/bin/python -m pytest -n 2 --ignore tests/browser || bad=1
  return "$bad"
}
said=$(mktemp)
set -m # a process group of its own, so that stopping stops all of it
(renice -n 15 -p "$BASHPID" >/dev/null && others) >"$said" 2>&1 &
beside=$!
set +m
trap 'kill -- -"$beside" 2>/dev/null; cat "$said"; rm -f "$said"; exit 130' INT TERM
failed=0
echo "The browser tests come first here; gates and all other tests run beside them and are shown after."
.venv/bin/python -m pytest tests/browser || failed=1
wait "$beside" || failed=1
cat "$said"
rm -f "$said"
if [ "$failed" -ne 0 ]; then
  echo "Something failed: see the two summaries above." >&2
fi
exit "$failed"
