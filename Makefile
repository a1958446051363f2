# The only commands a person needs. Everything else is behind them.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV ?= $(or $(shell command -v uv),$(BIN)/uv)

# A stamp is remade when its lock file changes, so a second run installs nothing.
RUNTIME := $(VENV)/runtime.stamp
TOOLS := $(VENV)/tools.stamp
INSTALL := $(BIN)/python -m pip --disable-pip-version-check --quiet install \
	--require-hashes --only-binary :all:
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--only-binary :all: --no-emit-index-url --no-emit-find-links --no-header

.PHONY: run test check bench lock stop

run: $(RUNTIME)
	@ORDERDESK_DEMO="$${ORDERDESK_DEMO:-1}" exec $(BIN)/python manage.py up

# Side by side, one process a core; the journeys, which share one running hub, stay together.
test: $(TOOLS)
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadgroup $(ARGS)

# mypy and makemigrations read the settings, which start servers; these get a folder of their own.
check: export ORDERDESK_DATA := $(CURDIR)/var/check
check: $(TOOLS)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/djlint templates --lint --quiet
	@trap '$(BIN)/python -m orderdesk.embedded stop' EXIT; set -ex; \
	$(BIN)/mypy .; \
	$(BIN)/python manage.py makemigrations --check --dry-run

bench: $(TOOLS)
	$(BIN)/python -m benchmarks $(ARGS)

lock: $(BIN)/python
	$(COMPILE) pyproject.toml --output-file requirements.lock
	$(COMPILE) --group pyproject.toml:test --constraint requirements.lock \
		--output-file tests/requirements.lock

stop:
	@if [ -x $(BIN)/python ]; then $(BIN)/python -m orderdesk.embedded stop; fi
	@for data in var/test var/check; do if [ -d $$data ] && [ -x $(BIN)/python ]; then \
		ORDERDESK_DATA=$$data $(BIN)/python -m orderdesk.embedded stop >/dev/null; fi; done

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv $(VENV)

$(RUNTIME): requirements.lock | $(BIN)/python
	@echo "Installing the packages of $<"
	@$(INSTALL) --requirement $<
	@touch $@

$(TOOLS): tests/requirements.lock $(RUNTIME)
	@echo "Installing the packages of $<"
	@$(INSTALL) --requirement $<
	@touch $@
