# demo and test do all their own set-up from a bare checkout; setup only prepares .venv.
.DEFAULT_GOAL := help
SHELL := /bin/bash
export PYTHONHASHSEED := 0

.PHONY: help setup demo serve test check cards bench faults lock

help:  ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

setup:  ## prepare .venv with everything a developer needs
	@scripts/setup.sh dev

demo:  ## a running clinic with sample patients (RESET=1 starts over, KETACARE_PORT, KETACARE_DATA_DIR)
	@scripts/setup.sh base
	@exec .venv/bin/ketacare demo $(if $(RESET),--reset)

serve:  ## the clinic with your own data folder (settings: docs/howto/settings.md)
	@scripts/setup.sh base
	@exec .venv/bin/ketacare serve

test:  ## the whole test suite, browser included
	@scripts/setup.sh dev browser
	@scripts/test.sh $(ARGS)

check:  ## format, lint, types, import contract, clinical knowledge, migrations
	@scripts/setup.sh dev
	@scripts/check.sh

cards:  ## write docs/cards and docs/knowledge.lock anew from the clinical content
	@scripts/setup.sh base
	@.venv/bin/ketacare knowledge cards docs/cards
	@.venv/bin/ketacare knowledge lock

bench:  ## measure what the project claims
	@scripts/setup.sh dev
	@.venv/bin/python -m tests.bench $(ARGS)

faults:  ## kill, break and overload the monitors' port (load 600 s, 50 kills, 1,000,000 broken messages), PostgreSQL
	@scripts/setup.sh dev
	@.venv/bin/python -m tests.faults $(ARGS)

lock:  ## write requirements/*.txt anew from pyproject.toml
	@scripts/setup.sh dev
	@scripts/lock.sh
