# What can be done here. `make` alone lists it. Needs make and Python 3.11 or newer with pip, nothing else.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
ARGS   ?=

.DEFAULT_GOAL := help
.PHONY: help setup run test lint format schema bench clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/.dev ## make .venv with all that running, testing and linting need

run: $(VENV)/.run ## start everything on this machine; ARGS="--port 8123 --no-demo" are passed to `manage.py up`
	@$(BIN)/python manage.py up $(ARGS)

test: $(VENV)/.dev ## run the tests on both cores; ARGS="tests/unit -k hours" narrows them
	@$(BIN)/pytest -n 2 $(ARGS)

lint: $(VENV)/.dev ## check style, types of mistakes, and that nothing was forgotten (migrations, openapi.yaml)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/python manage.py makemigrations --check --dry-run
	@$(BIN)/python manage.py spectacular --validate --fail-on-warn --file $(VENV)/openapi.yaml
	@cmp openapi.yaml $(VENV)/openapi.yaml || { echo "openapi.yaml is not what the code says. Run: make schema"; exit 1; }

format: $(VENV)/.dev ## write the code in the one style
	@$(BIN)/ruff check --fix --exit-zero .
	@$(BIN)/ruff format .

schema: $(VENV)/.dev ## write openapi.yaml from the code
	@$(BIN)/python manage.py spectacular --validate --fail-on-warn --file openapi.yaml

bench: $(VENV)/.run ## measure; ARGS="check" names one of benchmarks/
	@$(BIN)/python manage.py benchmark $(or $(ARGS),all)

clean: ## remove .venv and caches; the data in var/ stays
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment. It is made without pip and filled from outside, because Debian's Python can do that without its
# python3-venv package. Each stamp is renewed when its requirements change.

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name it: make PYTHON=python3.12 …"; exit 1; }
	@$(PYTHON) -m venv --without-pip --clear $(VENV)

$(VENV)/.run: requirements.txt | $(BIN)/python
	@$(PYTHON) -m pip --python $(BIN)/python install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.run
	@$(PYTHON) -m pip --python $(BIN)/python install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@
