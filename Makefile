# The commands of a working day; `make help` lists them. What a change must pass in the end is `.ci/run`.

PYTHON ?= python3
BIN := .venv/bin
# made again when what it was installed from has changed
INSTALLED := .venv/.installed

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-fast lint fix schema faults mutants

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

setup: $(INSTALLED) ## Make .venv with the product and all that its tests need (PYTHON=python3.13 for another Python)

$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -q -c constraints.txt -e '.[test]'
	@touch $@

demo: $(INSTALLED) ## Serve an invented network to try, until Ctrl+C
	$(BIN)/capcom demo

test: $(INSTALLED) ## Run all the tests
	$(BIN)/python -m pytest -n 4 --dist loadfile

test-fast: $(INSTALLED) ## Run the tests of the rules and of the API, on SQLite only: half a minute on two idle cores
	$(BIN)/python -m pytest -n 2 -k "not postgres" tests/domain tests/graphql tests/test_settings.py tests/test_clock.py

lint: $(INSTALLED) ## Check style, types, imports, and that schema.graphql is the API's
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict
	$(BIN)/lint-imports
	$(BIN)/capcom schema | diff - schema.graphql

fix: $(INSTALLED) ## Correct what ruff can correct, and format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

schema: $(INSTALLED) ## Write schema.graphql anew after a change to the API
	$(BIN)/capcom schema > schema.graphql.new
	mv schema.graphql.new schema.graphql

faults: $(INSTALLED) ## Kill processes, brokers and databases for five minutes; nothing may be lost or done twice
	$(BIN)/python -m tests.faults --full

mutants: $(INSTALLED) ## Break each rule in turn; a test must notice each time (minutes)
	$(BIN)/python -m tests.break_the_rules
