#!/usr/bin/env bash
# Writes requirements/*.txt from pyproject.toml: versions and hashes, no download addresses.
set -euo pipefail
cd "$(dirname "$0")/.."
compile=(.venv/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header)
"${compile[@]}" requirements/bootstrap.in -o requirements/bootstrap.txt
"${compile[@]}" pyproject.toml -o requirements/base.txt
"${compile[@]}" pyproject.toml --extra postgres --group test --group lint \
  -c requirements/base.txt -o requirements/dev.txt
