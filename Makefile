# Everything a developer types. Targets make their own virtual environment and install again only when pyproject.toml changed.

.DEFAULT_GOAL := help
SHELL := /bin/sh
.DELETE_ON_ERROR:
.PHONY: help run test test-long check format bench migration clean

VENV := .venv
PYTHON := $(VENV)/bin/python
WORKERS ?= logical
ARGS ?=

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/installed-run ## Start a shop that sells and watch one purchase; ARGS="--once", "--fresh", "--json"
	@exec $(VENV)/bin/commerce demo $(ARGS)

test: $(VENV)/installed-dev ## The suite, in parallel; ARGS="-k cart", WORKERS=1
	$(PYTHON) -m pytest -q -n $(WORKERS) -m "not long" $(ARGS)

test-long: $(VENV)/installed-dev ## The tests that take minutes
	$(PYTHON) -m pytest -q -n $(WORKERS) -m long $(ARGS)

check: $(VENV)/installed-dev ## Format, lint, types, import contracts and the rules of the house
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(PYTHON) -m pytest -q tests/house

format: $(VENV)/installed-dev ## Format and mend what can be mended
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

bench: $(VENV)/installed-dev ## Measure, beside pgbench and a static answer; ARGS="--seconds 5"
	$(PYTHON) -m benchmarks $(ARGS)

migration: ## A new numbered pair of files: make migration name=gift-cards
	@case "$(name)" in ''|*[!a-z0-9-]*) echo 'Say what it does: make migration name=gift-cards' >&2; exit 2;; esac
	@last=$$(ls migrations | sed -n 's/^\([0-9]\{4\}\)-.*\.sql$$/\1/p' | sort -n | tail -n 1 | sed 's/^0*//'); \
	file=$$(printf 'migrations/%04d-%s' $$(( $${last:-0} + 1 )) '$(name)'); \
	printf -- '-- Why this change is needed.\n\n' > "$$file.sql"; \
	printf -- '-- Takes back everything its twin made, in reverse order.\n\n' > "$$file.rollback.sql"; \
	echo "$$file.sql"; echo "$$file.rollback.sql"

clean: ## Remove the virtual environment
	rm -rf $(VENV)

# Asks each candidate itself, because a version manager's stand-in may be on the path for a version that is not installed.
$(PYTHON):
	@for python in python3.13 python3.12 python3.11 python3 python; do \
		if "$$python" -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			echo "Making $(VENV) with $$("$$python" --version)"; \
			"$$python" -m venv $(VENV) && $(PYTHON) -m pip install --quiet --upgrade 'pip>=25.1' && exit 0; \
			rm -rf $(VENV); exit 1; \
		fi; \
	done; \
	echo 'commerce-core needs Python 3.11 or newer with its venv module; none of python3.13, python3.12, python3.11 and python3 is.' >&2; \
	exit 1

# Developers have everything a shop needs, so theirs counts for both.
$(VENV)/installed-run: pyproject.toml | $(PYTHON)
	@if [ ! -e $(VENV)/installed-dev ] || [ pyproject.toml -nt $(VENV)/installed-dev ]; then \
		echo 'Installing commerce-core'; \
		$(PYTHON) -m pip install --quiet -e '.[all,testing]'; \
	fi
	@touch $@

$(VENV)/installed-dev: pyproject.toml | $(PYTHON)
	@echo 'Installing commerce-core and the tools of its developers'
	@$(PYTHON) -m pip install --quiet -e . --group dev
	@touch $@
