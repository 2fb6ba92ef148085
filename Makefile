# make run: the recognition suite on the emulated lab.   make test: everything CI runs.
# Targets install what they need into .venv; only `make test` asks apt for foreign programs, and only as root.

VENV   := .venv
BIN    := $(VENV)/bin
PYTHON ?= python3
SUITE  ?= recognition
LAB    ?= emulated

.PHONY: run test soak lint format clean
.DEFAULT_GOAL := run

run: $(VENV)/.installed
	$(BIN)/interop run $(SUITE) --lab $(LAB)

test: $(VENV)/.dev lint
	.ci/packages
	.ci/pyscard $(BIN)/python
	.ci/tests $(BIN)/python

soak: $(VENV)/.dev
	.ci/packages
	.ci/pyscard $(BIN)/python
	$(BIN)/python -m pytest tests -q -m soak

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/.installed: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

$(VENV)/.dev: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@
