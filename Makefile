# Crossdock's commands. `make help` lists them.
SHELL := /bin/bash
PYTHON ?= python3
UV_VERSION := 0.13.9
VENV := $(CURDIR)/.venv
UV := $(CURDIR)/.uv/bin/uv
UV_FLAGS := --python $(VENV)/bin/python --quiet
export UV_LINK_MODE ?= copy

.PHONY: help up install install-dev check test format lock pictures reference bench clean

help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

up: install ## Start Crossdock with its database and the twins on 127.0.0.1:8200-8203
	@exec $(VENV)/bin/crossdock up

install: $(VENV)/.installed ## Install Crossdock into .venv from the lock file

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Crossdock needs Python 3.11 or newer. Name one with: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv .uv || { echo "Python's venv module is missing. On Debian: apt-get install python3-venv"; exit 1; }
	@.uv/bin/python -m pip install --quiet --disable-pip-version-check "uv==$(UV_VERSION)"

$(VENV)/.installed: requirements.lock pyproject.toml | $(UV)
	@test -x $(VENV)/bin/python || $(UV) venv --quiet --python $$(command -v $(PYTHON)) $(VENV)
	@echo "Installing Crossdock into .venv ..."
	@$(UV) pip install $(UV_FLAGS) --require-hashes -r requirements.lock
	@$(UV) pip install $(UV_FLAGS) --no-deps --editable .
	@touch $@

install-dev: install $(VENV)/.installed-dev ## Install what the tests need as well

$(VENV)/.installed-dev: requirements-dev.lock pyproject.toml clients/python/pyproject.toml | $(VENV)/.installed
	@$(UV) pip install $(UV_FLAGS) --require-hashes -r requirements-dev.lock
	@$(UV) pip install $(UV_FLAGS) --no-deps --editable clients/python
	@touch $@

check: install-dev ## Format, lint, types, import contracts (no tests)
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports

test: check ## Everything: the checks and all tests (PostgreSQL, Chromium and Node are brought along)
	@tools/chromium
	@tools/npm-clients
	@tools/vendor-client
	@$(VENV)/bin/pytest -n 2 --dist loadgroup

format: install-dev ## Format the code and apply the safe fixes
	@$(VENV)/bin/ruff format .
	@$(VENV)/bin/ruff check --fix .

lock: $(UV) ## Resolve the dependencies anew into the lock files
	@$(UV) pip compile --quiet pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --upgrade -o requirements.lock
	@$(UV) pip compile --quiet pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --constraint requirements.lock -o requirements-dev.lock
	@$(UV) pip compile --quiet --group pyproject.toml:vendor --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -o requirements-vendor.lock

reference: install-dev ## Write docs/reference, and what of the Python client follows from it, anew from the code
	@$(VENV)/bin/python tools/reference.py

pictures: install-dev ## Shoot the guide's and the README's pictures anew from the running pages
	@tools/chromium
	@$(VENV)/bin/python tools/pictures.py

bench: install-dev ## Run the benchmarks: ratios to something measured in the same run
	@$(VENV)/bin/pytest tests/bench -p no:randomly -s -q -o python_files="bench_*.py proxy.py"

clean: ## Remove what the commands above have made in this folder
	@rm -rf .venv .uv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .cache tests/conformance/node/node_modules
