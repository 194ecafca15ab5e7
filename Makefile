# Everything sets itself up: Python 3.11, 3.12 or 3.13 is all that is needed.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do command -v $$p && break; done)
BIN := .venv/bin
INSTALLED := .venv/.installed

.PHONY: demo dev live test rehearse soak fuzz image bench engines lint clean

demo: $(INSTALLED)  ## Fifteen fictional companies, from QuickBooks to a profit and loss that ties out
	@$(BIN)/monette demo

dev: $(INSTALLED)  ## Dagster's user interface on the same home, with the simulator beside it
	@$(BIN)/monette dev

live: $(INSTALLED)  ## All of it at work: edits and faults at random, and what the platform did about each; after make demo
	@$(BIN)/monette live

test: $(INSTALLED)  ## Every test
	@$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder

rehearse: $(INSTALLED)  ## A deployment and back on this machine, with another commit as the other release: OLD=v0.1.0
	@MONETTE_REHEARSE=$(OLD) $(BIN)/pytest monette_assets_tests/infra/test_production.py

soak: $(INSTALLED)  ## Runs hurt from seeds, until nothing is lost: SEEDS=200 FIRST=1000 WHOLE=--whole
	@$(BIN)/python -m monette_assets_tests.reliability.soak --seeds $(or $(SEEDS),100) --first $(or $(FIRST),0) $(WHOLE)

fuzz: $(INSTALLED)  ## The readers of reports and sheets, guided by coverage, FUZZ_SECONDS=60 each; needs `pip install atheris`
	@$(BIN)/python -m monette_assets_tests.reliability.fuzz reports --seconds $(or $(FUZZ_SECONDS),60)
	@$(BIN)/python -m monette_assets_tests.reliability.fuzz sheets --seconds $(or $(FUZZ_SECONDS),60)

image: $(INSTALLED)  ## The container image, built twice with buildah and run; as root on Debian, five minutes and more
	@command -v buildah >/dev/null && command -v mmdebstrap >/dev/null || \
		{ apt-get update -qq && apt-get install -y -qq --no-install-recommends buildah mmdebstrap >/dev/null; }
	@$(BIN)/pytest -m image --durations=0 monette_assets_tests/infra/test_image.py

bench: $(INSTALLED)  ## The measurements of docs/benchmarks.md
	@$(BIN)/python -m benchmarks

engines: $(INSTALLED)  ## Spark on a JVM (two workers) beside the embedded engine: equal tables, a plan that spreads; SCALE=1 MONTHS=12 UPTO=gold/ledger
	@$(BIN)/python benchmarks/engines.py --scale $(or $(SCALE),0.01) --months $(or $(MONTHS),96) $(UPTO:%=--upto %)

lint: $(INSTALLED)  ## Style, types and the import contract
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

clean:  ## The environment and what tools left behind; .monette (lake, tokens, books) stays
	@rm -rf .venv *.egg-info build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Locked versions, checked against their hashes (the lock is complete: nothing is resolved); then the project itself.
$(INSTALLED): requirements.lock pyproject.toml
	@"$(PYTHON)" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' || \
		{ echo 'Python 3.11, 3.12 or 3.13 is needed; say which with: make PYTHON=/path/to/python3.11'; exit 1; }
	@test -x $(BIN)/python || "$(PYTHON)" -m venv .venv
	@echo 'Installing the locked dependencies into .venv (once, some minutes) ...'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
