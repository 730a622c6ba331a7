# The commands of the house. A bare machine with Python 3.11+, make and a package index suffices.

PYTHON  ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14 python; do \
             $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
WORKERS ?= 2
WAITING := $(shell echo $$(($(WORKERS) + 1)))   # tests wait for servers and browsers too: one more than cores
VENV    := .venv
BIN     := $(VENV)/bin
DONE    := $(VENV)/.done
UV      := tools/uv.sh
INSTALL := $(UV) pip install --quiet --python $(BIN)/python --require-hashes --no-build-isolation-package pyspark

.DEFAULT_GOAL := help
.PHONY: help setup demo test bench docs lint types imports coverage unit mutation attack crash advisories sbom licences wheel lock format chromium clients clean

help: ## This list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{printf "%-16s %s\n", $$1, $$2}'

# --- the environment, step by step; each step is done once and again only when its lock changes ---

$(DONE)/python:
	@test -n "$(PYTHON)" || { echo "parcours needs Python 3.11 or newer: none was found. Give one: make setup PYTHON=/path/to/python3" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { \
	   test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq python3-venv \
	   && $(PYTHON) -m venv --clear $(VENV); } || { \
	   echo "Python's own module venv is missing: install it (Debian, Ubuntu: apt-get install python3-venv), then run make again." >&2; exit 1; }
	@mkdir -p $(DONE) && touch $@

$(DONE)/uv: $(DONE)/python requirements-build.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements-build.lock
	@touch $@

$(DONE)/product: $(DONE)/uv requirements.lock
	$(INSTALL) --compile-bytecode -r requirements.lock
	@touch $@

$(DONE)/dev: $(DONE)/product requirements-dev.lock
	$(INSTALL) -r requirements-dev.lock
	@touch $@

$(DONE)/parcours: $(DONE)/product pyproject.toml
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q src/parcours  # a cold command never compiles, also where Python may not write bytecode
	@touch $@

# A browser is a system package: installed where we may, else the tests say what they left out.
chromium:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || { \
	   test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get update -qq \
	   && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null; } || true

setup: $(DONE)/parcours ## Make .venv with the command .venv/bin/parcours
	@echo "Ready: $(BIN)/parcours --help"

demo: $(DONE)/parcours ## Set up, seed the embedded database, print a first quote, serve the pages
	$(BIN)/parcours demo

# --- checks ---

test: $(DONE)/dev $(DONE)/parcours ## Every check: lint, types, imports, coverage of the rules, all tests
	@$(MAKE) --no-print-directory --jobs $(WORKERS) --output-sync=target types lint imports coverage
	@$(MAKE) --no-print-directory unit

lint: $(DONE)/dev ## Ruff, broad rule set
	$(BIN)/ruff check .

types: $(DONE)/dev $(DONE)/parcours ## mypy, strict
	$(BIN)/mypy

imports: $(DONE)/dev $(DONE)/parcours ## The layers of the house: imports point one way
	$(BIN)/lint-imports

RULES := tests/rules tests/engine/bill

coverage: $(DONE)/dev $(DONE)/parcours ## The tests of the rules, which take every branch of them
	$(BIN)/pytest $(RULES) -n $(WORKERS) -q --cov=parcours.rules --cov-branch --cov-fail-under=100 --cov-report=term-missing:skip-covered

# FHIR clients of others, that the tests run against our server; Node.js is a system package, installed where we may.
clients: ## FHIR clients in Node.js, for the tests
	@command -v npm >/dev/null || { \
	   test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get update -qq \
	   && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nodejs npm >/dev/null; } || true
	@cd tests/fhir/node && { ! command -v npm >/dev/null || test node_modules -nt package-lock.json \
	   || { npm ci --ignore-scripts --no-audit --no-fund --loglevel=error && touch node_modules; } || true; }

unit: $(DONE)/dev $(DONE)/parcours chromium clients ## All other tests: published examples, equivalence, API, PostgreSQL, browser, Spark
	$(BIN)/pytest -n $(WAITING) $(RULES:%=--ignore=%)

mutation: $(DONE)/dev $(DONE)/parcours ## Change the rules one operator at a time: the tests must notice
	rm -rf mutants
	$(BIN)/mutmut run --max-children $(WORKERS)
	$(BIN)/mutmut results

attack: $(DONE)/dev $(DONE)/parcours ## Attack a server of one's own, on this machine only, on both databases: longer than make test
	PARCOURS_TEST_STOPS=5 PARCOURS_ATTACK=long $(BIN)/pytest -n 1 --timeout 3600 tests/attack tests/api/test_schemathesis.py tests/site tests/edge/test_limits.py tests/registry/test_crash.py

crash: $(DONE)/dev $(DONE)/parcours ## Kill, freeze and fill up under every command that writes, on both databases: longer than make test
	PARCOURS_ATTACK=long PARCOURS_CRASH_WRITES=16000 PARCOURS_CRASH_SHEETS=60 $(BIN)/pytest -n 1 --timeout 3600 tests/crash tests/registry/test_crash.py

advisories: $(DONE)/python ## Known vulnerabilities of what production installs, where an index can be reached
	$(BIN)/python tools/advisories.py requirements.lock requirements-postgresql.lock requirements-spark.lock

sbom: $(DONE)/dev ## The list of what production installs, with hashes and licences, as CycloneDX: sbom.cdx.json
	cat requirements.lock requirements-postgresql.lock requirements-spark.lock | $(BIN)/cyclonedx-py requirements \
	   --pyproject pyproject.toml --output-reproducible --of JSON -o sbom.cdx.json -
	$(BIN)/python -m tools.licences --into sbom.cdx.json

licences: $(DONE)/dev ## Licences of what production installs: each is one that is accepted here
	$(BIN)/python -m tools.licences

wheel: $(DONE)/uv ## The wheel, the same to the byte from the same sources: dist/
	$(UV) build --wheel --no-build-isolation --python $(BIN)/python -o dist .

docs: $(DONE)/dev $(DONE)/parcours ## The documentation as a site of its own, in build/site: serve that folder, no third party is asked
	$(BIN)/python -m tools.docs_site

bench: $(DONE)/dev $(DONE)/parcours ## Side by side with peers; prints ratios
	$(BIN)/python -m benchmarks

format: $(DONE)/dev ## Ruff's formatter and safe fixes
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# --- locks: universal, every file by its hash, no address of any index ---

COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
           --no-emit-find-links --custom-compile-command "make lock" --upgrade

lock: $(DONE)/uv ## Resolve the newest versions again and rewrite every requirements*.lock
	$(COMPILE) requirements-build.in -o requirements-build.lock
	$(COMPILE) pyproject.toml --all-extras -c requirements-build.lock -o requirements-dev.lock
	$(COMPILE) pyproject.toml --extra batch --extra service --extra plots --extra agents --extra telemetry -c requirements-dev.lock -o requirements.lock
	$(COMPILE) pyproject.toml --extra spark -c requirements-dev.lock -o requirements-spark.lock
	$(COMPILE) pyproject.toml --extra postgresql -c requirements-dev.lock -o requirements-postgresql.lock

clean: ## Remove what these commands made
	rm -rf build $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis mutants .coverage htmlcov
