# NeoAdapt. Everything lives in .venv; it is set up again only when a lock or pyproject.toml changes.
# PYTHON names the interpreter that makes .venv (3.11 or later); ONCE=1 lets the demo end by itself.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime-ready
DEV := $(VENV)/.dev-ready
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
LOCKED := $(PIP) install --require-hashes --only-binary :all:
SELF := $(PIP) install --no-deps --no-build-isolation --editable .
COMPILE := $(BIN)/uv pip compile --quiet --system-certs --cache-dir $(VENV)/.uv --universal \
	--python-version 3.11 --generate-hashes --custom-compile-command 'make lock' $(if $(UPGRADE),--upgrade)

.DEFAULT_GOAL := help
.PHONY: help demo test lint format lock diagrams clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(RUNTIME) ## show a trial end to end (ONCE=1: no server is left running)
	$(BIN)/neoadapt demo $(if $(ONCE),--once)

test: lint ## ruff, mypy, import contracts, then every test
	$(BIN)/pytest -n 2 $(ARGS)

lint: $(DEV) ## layout, ruff, mypy, import contracts
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: $(DEV) ## lay the code out and mend what ruff can mend
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format .

diagrams: $(RUNTIME) ## draw the trials' charts
	$(BIN)/neoadapt protocol diagram --write docs/trials

lock: $(DEV) ## write the lock files again (UPGRADE=1: with the newest versions)
	$(COMPILE) --group build --output-file requirements/build.txt
	$(COMPILE) pyproject.toml --output-file requirements/runtime.txt
	$(COMPILE) pyproject.toml --extra specs --group dev --constraint requirements/runtime.txt \
		--output-file requirements/dev.txt

clean: ## remove caches and builds; .venv stays
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find engine api tests -type d -name __pycache__ -prune -exec rm -rf {} +

# The stamp is bin/pip, not bin/python: where Debian's ensurepip is missing, a half-made venv has the latter.
$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "$(PYTHON) is missing or older than 3.11; name another: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
		{ echo "$(PYTHON) cannot make a venv; on Debian: apt-get install python3-venv, or name another PYTHON"; exit 1; }

$(RUNTIME): pyproject.toml requirements/build.txt requirements/runtime.txt | $(BIN)/pip
	$(LOCKED) --requirement requirements/build.txt --requirement requirements/runtime.txt
	$(SELF)
	@touch $@

$(DEV): pyproject.toml requirements/dev.txt | $(BIN)/pip
	$(LOCKED) --requirement requirements/dev.txt
	$(SELF)
	@touch $@ $(RUNTIME)
