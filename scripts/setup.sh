#!/usr/bin/env bash
# Prepares .venv for "make demo" (base) or for developers (dev); with "browser" as second word also
# the system's Chromium for the browser tests. A second run does nothing unless the locks changed.
set -euo pipefail
cd "$(dirname "$0")/.."

kind="${1:?usage: scripts/setup.sh base|dev [browser]}"
browser="${2:-}"
python="${PYTHON:-python3}"

say() { printf '%s\n' "$*" >&2; }
stop() { say "$*"; exit 1; }

can_install() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; }

# One apt-get at a time and never a question: the caller may have no keyboard.
apt_install() {
  DEBIAN_FRONTEND=noninteractive apt-get update -qq >/dev/null 2>&1 || true
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1
}

command -v "$python" >/dev/null 2>&1 \
  || stop "Python is missing: install Debian's python3 (3.11 or newer), or set PYTHON to its path."
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
  || stop "$python is older than 3.11: set PYTHON to a newer one, for example PYTHON=python3.12 make $kind."

if ! "$python" -c 'import venv, ensurepip' >/dev/null 2>&1; then
  can_install && apt_install python3-venv || true
  "$python" -c 'import venv, ensurepip' >/dev/null 2>&1 \
    || stop "Python's venv module is missing: run 'apt-get install python3-venv' as root, then try again."
fi

# A second run compares one checksum and returns.
wanted="$(cat requirements/bootstrap.txt "requirements/$kind.txt" pyproject.toml | sha256sum | cut -d' ' -f1)"
stamp=".venv/.ready-$kind"
if [ ! -x .venv/bin/ketacare ] || [ "$(cat "$stamp" 2>/dev/null || true)" != "$wanted" ]; then
  if [ ! -x .venv/bin/python ]; then
    say "Creating .venv …"
    "$python" -m venv .venv
  fi
  say "Installing locked packages ($kind) …"
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
    -r requirements/bootstrap.txt
  VIRTUAL_ENV="$PWD/.venv" .venv/bin/uv pip install --quiet --compile-bytecode --require-hashes \
    -r "requirements/$kind.txt"
  VIRTUAL_ENV="$PWD/.venv" .venv/bin/uv pip install --quiet --no-deps --no-build-isolation --editable .
  printf '%s' "$wanted" >"$stamp"
fi

if [ "$browser" = browser ] && ! command -v chromium >/dev/null 2>&1; then
  if can_install; then
    say "Installing Debian's Chromium for the browser tests …"
    apt_install chromium fonts-dejavu-core \
      || say "Chromium could not be installed: the browser tests will be skipped."
  else
    say "Chromium is missing and only root may install it ('apt-get install chromium'): the browser tests will be skipped."
  fi
fi
