# Every command of the project; `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help run test test-slow check bench cluster demo-traffic env env-dev browsers

# The tests start hundreds of processes: each would compile the shop anew.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= python3
WORKERS ?= 2
PYTEST = .venv/bin/python -m pytest -n $(WORKERS) --dist loadgroup

help:
	@sed -n 's/^\([a-z-]*\):.*## /make \1\t/p' Makefile | expand -t 20

run: env ## start the shop, its sockets and its jobs; Ctrl-C stops everything
	@exec .venv/bin/python -m deploy.local

test: env-dev browsers ## run the tests
	@mkdir -p .pytest_cache; rm -f .pytest_cache/status
	@$(PYTEST) -m "not slow" $(ARGS); status=$$?; echo $$status > .pytest_cache/status; exit $$status

test-slow: env-dev browsers ## run the second tier: faults, races at full size and on both databases, every look of the pages, Firefox
	@$(PYTEST) -m slow $(ARGS)

check: env-dev ## format, lint, types, import rules, migrations and .env.example
	@.venv/bin/ruff format --check --quiet . || { echo 'run .venv/bin/ruff format .'; exit 1; }
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports
	@.venv/bin/python -m tests.support.migrations
	@APP_ENV=demo .venv/bin/flask --app wsgi settings | diff -u .env.example - \
	    || { echo ".env.example is not what 'flask --app wsgi settings' prints"; exit 1; }

bench: env-dev ## measure the shop under load
	@exec .venv/bin/python -m bench $(ARGS)

cluster: env-dev ## the same shop as on several machines: 2 of each process, PostgreSQL, Redis with Sentinel, nginx
	@exec .venv/bin/python -m deploy.cluster $(ARGS)

demo-traffic: env ## shoppers that browse and buy in the running shop
	@grep -qs '^ *APP_ENV *= *[^ ]' .env .env.local || export APP_ENV="$${APP_ENV:-demo}"; \
	    exec .venv/bin/flask --app wsgi simulate $(ARGS)

env:
	@{ [ -x .venv/bin/python ] && cmp -s requirements.txt .venv/installed/requirements.txt; } \
	    || exec sh deploy/environment.sh $(PYTHON) requirements.txt

env-dev:
	@{ [ -x .venv/bin/python ] && cmp -s requirements.txt .venv/installed/requirements.txt \
	    && cmp -s requirements-dev.txt .venv/installed/requirements-dev.txt; } \
	    || exec sh deploy/environment.sh $(PYTHON) requirements.txt requirements-dev.txt

browsers:
	@.venv/bin/python -m tests.support.browser_packages curl nginx $(if $(filter test-slow,$(MAKECMDGOALS)),chromium firefox-esr,chromium)
