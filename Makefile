# make demo   the whole pipeline on the data that ships with the project
# make test   style, types and every test;  make quick: the fast ones alone
# make chaos  a run that is killed fifty times (about half an hour) ends as an undisturbed one
# make up     a local Prefect server with its deployments and a worker;  make down: stop all of it

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 4200
# Tests run side by side, those of a file in one process; in at most four, as some take 2 GB.
TESTS := $(BIN)/pytest -n auto --maxprocesses 4 --dist loadfile

# Everything a run writes stays in var/: nothing of ours, Prefect's or Great Expectations' calls home.
export PREFECT_HOME := $(CURDIR)/var/prefect
export PREFECT_SERVER_ANALYTICS_ENABLED := false
export DO_NOT_TRACK := 1
export GX_ANALYTICS_ENABLED := false

.PHONY: demo test quick chaos lint up down clean

demo: $(VENV)/.runtime
	$(BIN)/tickertone run demo

test: lint
	$(TESTS)

quick: $(VENV)/.dev
	$(TESTS) -m "not slow"

chaos: $(VENV)/.dev
	TICKERTONE_KILLS=50 $(BIN)/pytest -s tests/crash/test_killed_runs.py

lint: $(VENV)/.dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

up: $(VENV)/.runtime
	$(BIN)/python -m flows.local.up --port $(PORT)

down:
	if [ -x $(BIN)/python ]; then $(BIN)/python -m flows.local.down; fi

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/.runtime: pyproject.toml constraints.txt
	@echo "installing into $(VENV): about 2 GB, a minute or more"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --upgrade pip
	$(BIN)/pip install --quiet --constraint constraints.txt --editable .
	touch $@

$(VENV)/.dev: $(VENV)/.runtime
	$(BIN)/pip install --quiet --constraint constraints.txt --group dev
	touch $@
