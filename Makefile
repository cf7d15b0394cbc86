# Comptoir: `make run` and `make test` are all that is needed.
.DEFAULT_GOAL := help
.PHONY: help run reset test lint bench screenshots lock messages installed
PORT ?= 8000
ARGS ?=
export PORT
PY := .venv/bin/python

help:
	@echo "make run         install what is needed, start the chain on http://127.0.0.1:$(PORT) (PORT=… changes it)"
	@echo "make reset       forget the data of 'make run'"
	@echo "make test        all checks and tests; ARGS=tests/… runs a part of the tests"
	@echo "make lint        the checks without the tests"
	@echo "make bench       measure the pages against their budgets; ARGS are handed on"
	@echo "make screenshots draw the pictures of the README again"
	@echo "make messages    gather the texts to translate (needs GNU gettext)"
	@echo "make lock        resolve requirements/*.in and package.json again"

run: installed
	@$(PY) -m backoffice.dev.papers || true
	@exec $(PY) -m backoffice.dev.run

reset: installed
	@exec $(PY) -m backoffice.dev.run reset

test: installed
	@$(PY) -m backoffice.dev.browser
	@$(PY) -m backoffice.dev.papers
ifeq ($(strip $(ARGS)),)
	@$(MAKE) --no-print-directory lint
	$(PY) -m pytest -n 2
else
	$(PY) -m pytest $(ARGS)
endif

lint: installed
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m djlint --quiet --lint $(wildcard templates */templates)
	$(PY) -m mypy
	DATABASE_URL=postgresql://nobody@127.0.0.1:1/none $(PY) -W ignore manage.py makemigrations --check --dry-run --skip-checks

bench: installed
	$(PY) -m tests.bench $(ARGS)

screenshots: installed
	@$(PY) -m backoffice.dev.browser
	$(PY) -m tests.screenshots $(ARGS)

messages: installed
	$(PY) manage.py makemessages -l fr --no-location --no-wrap --no-obsolete --ignore=node_modules --ignore=.venv --ignore=tests
	@sed -i.old '/^"POT-Creation-Date/d' backoffice/locale/fr/LC_MESSAGES/django.po && rm backoffice/locale/fr/LC_MESSAGES/django.po.old

lock: installed
	$(PY) -m pip install --quiet uv
	$(PY) -m uv pip compile --quiet --universal --python-version 3.12 --generate-hashes --no-emit-index-url --no-annotate --custom-compile-command "make lock" requirements/base.in -o requirements/base.txt
	$(PY) -m uv pip compile --quiet --universal --python-version 3.12 --generate-hashes --no-emit-index-url --no-annotate --custom-compile-command "make lock" requirements/dev.in -o requirements/dev.txt
	npm install --package-lock-only --omit-lockfile-registry-resolved --no-audit --no-fund

# The Python of .python-version if it is there, else any that is new enough; a name on the PATH may
# be a shim that fails, so each is tried.
installed:
	@for python in .venv/bin/python "python$$(cat .python-version)" python3 python3.14 python3.13 python3.12 python; do \
		if "$$python" -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 12))' >/dev/null 2>&1; then \
			"$$python" -I backoffice/dev/install.py && .venv/bin/python -m backoffice.dev.translations; exit $$?; \
		fi; \
	done; \
	echo "Comptoir needs Python 3.12 or newer with its venv module, and none was found on the PATH." >&2; exit 1
