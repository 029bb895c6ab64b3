#!/usr/bin/env bash
# Every gate but the tests. Runs all of them and fails at the end, so one run shows everything.
set -uo pipefail
cd "$(dirname "$0")/.."
bin=.venv/bin
failed=0
gate() {
  local name="$1"; shift
  printf '%s … ' "$name"
  if output="$("$@" 2>&1)"; then echo "ok"; else echo "FAILED"; printf '%s\n' "$output"; failed=1; fi
}
gate "format" "$bin/ruff" format --check .
gate "lint" "$bin/ruff" check .
gate "types" "$bin/mypy"
gate "import contract" "$bin/lint-imports" --no-cache
gate "clinical knowledge" "$bin/ketacare" knowledge check
# The clinic does not start without its secret and its folder: these two are for this question only.
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
gate "migrations" env KETACARE_SECRET_KEY="only-for-this-check-never-for-people" \
  KETACARE_DATA_DIR="$folder" "$bin/python" -m ketacare.clinic makemigrations --check --dry-run
exit "$failed"
