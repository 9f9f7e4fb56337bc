# What people type. `make` alone lists it.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PY := .venv/bin/python
MANAGE := $(PY) manage.py
# For tools that import the settings but ask no database.
OFFLINE := DATABASE_URL=postgresql://none@127.0.0.1:1/none REDIS_URL=redis://127.0.0.1:1/0
# As a production machine would have it.
PRODUCTION := $(OFFLINE) ALLOWED_HOSTS=dms.example.com PUBLIC_URL=https://dms.example.com \
	TRUSTED_PROXIES=10.0.0.0/8 SECRET_KEY=only-for-the-check-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGH

.PHONY: help run test check bench soak messages clean bootstrap-run bootstrap-test
.NOTPARALLEL:

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1|/' | \
		while IFS='|' read -r target text; do printf '%-16s %s\n' "$$target" "$$text"; done

bootstrap-run:
	@scripts/bootstrap run

bootstrap-test:
	@scripts/bootstrap test

run: bootstrap-run ## install, prepare and run everything (PORT=8000 DEMO=1); Ctrl-C stops it
	@exec $(PY) -m dms.run

test: bootstrap-test ## all tests, browser tests included (ARGS="-k name" narrows)
	@exec $(PY) -m pytest -n auto --dist worksteal -m "not soak" $(ARGS)

check: bootstrap-test ## format, lint, types, imports, settings, migrations, translations
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	@for lint in scripts/lint_*.py; do echo "$(PY) $$lint"; $(PY) "$$lint" || exit 1; done
	.venv/bin/lint-imports
	$(OFFLINE) $(PY) -m mypy apps dms
	$(OFFLINE) $(MANAGE) messages --check
	$(PRODUCTION) $(MANAGE) check --deploy --fail-level WARNING
	$(MANAGE) makemigrations --check --dry-run

bench: bootstrap-test ## measure the promised numbers (ONLY=name FULL=1)
	@exec $(PY) -m bench

soak: bootstrap-test ## the long random runs
	@exec $(PY) -m pytest -n auto -m soak $(ARGS)

messages: bootstrap-test ## bring the translations up to date with the sources
	@$(OFFLINE) $(MANAGE) messages --write
	@$(OFFLINE) $(MANAGE) messages --compile

clean: ## remove caches and built files; DATA=1 removes database, media and logs under var/ too
	@if [ -n "$(DATA)" ] && [ -d var ]; then \
		if [ -x $(PY) ]; then $(PY) -m dms.embedded stop || exit 1; fi; \
		rm -rf var; \
	fi
	@rm -rf .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis
	@find apps dms tests scripts -name __pycache__ -type d -prune -exec rm -rf {} +
	@find apps -name '*.mo' -delete
