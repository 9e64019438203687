# `make demo` shows the main job on goods the project draws itself; `make test` proves it. Each does all set-up it needs.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
UV     := UV_PROJECT_ENVIRONMENT=$(CURDIR)/$(VENV) $(BIN)/uv --no-progress
NPM    := PATH="$(CURDIR)/$(BIN):$$PATH" npm --prefix web/player --silent
FRONT  := src/shoppable/api/static/shoppable-video.js
DEMO   ?= build/demo

.PHONY: help setup demo test check clean
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

help:
	@echo "make setup   $(BIN)/shoppable and the front end, quick when up to date"
	@echo "make demo    draw a shop and a film, run the main job on them, show what was found"
	@echo "make test    all checks and tests"
	@echo "make check   formatting, types, imports: what needs seconds"
	@echo "make clean   remove what was built; data folders stay"

setup: $(VENV)/.ready $(FRONT)
	@echo "ready: $(BIN)/shoppable --help"

demo: setup
	$(BIN)/python -m demo.show $(DEMO)

test: $(VENV)/.ready-for-tests $(FRONT) check
	@sh tests/chromium.sh
	$(BIN)/python -m pytest -n 2 --dist loadfile
	$(NPM) run check
	$(NPM) test

check: $(VENV)/.ready-for-tests
	$(BIN)/ruff check
	$(BIN)/ruff format --check --quiet
	$(BIN)/lint-imports
	$(BIN)/mypy

clean:
	rm -rf $(VENV) build src/shoppable/api/static web/player/node_modules

$(BIN)/uv:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' || \
		{ echo "Python 3.11 to 3.13 is needed: set PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "python3 -m venv does not work: apt-get install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9

$(VENV)/.ready: $(BIN)/uv pyproject.toml uv.lock
	@echo "installing what shoppable needs into $(VENV) (about 1 GB)"
	@$(UV) sync --locked --quiet --inexact --no-dev
	@touch $@

$(VENV)/.ready-for-tests: $(VENV)/.ready
	@$(UV) sync --locked --quiet --inexact
	@touch $@

$(FRONT): $(BIN)/uv $(shell find web -type f -not -path '*/node_modules/*' -not -path '*/test/*' -not -path '*/__pycache__/*')
	@sh web/build.sh $(VENV)
	@touch $@
