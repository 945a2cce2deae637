# Shihyō: `make demo` and `make test` need Debian 12, Python 3.11, git, make and root; everything else they install by themselves.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
PORT ?= 8501
# Only as `make app HOST=…`: many shells export a HOST of their own, and it must open no door.
HOST :=
BASE_PATH :=
DOCS_PORT ?= 8580
VENV := .venv
BIN := $(VENV)/bin
DATA := $(or $(SHIHYO_DATA_DIR),data)
DOCS := --project-dir dbt_project --profiles-dir dbt_project --target-path $(abspath $(DATA))/dev/docs/target
COPY_FOR_DOCS = umask 027; mkdir -p "$(DATA)/dev/docs" && cp -f "$(DATA)/published/warehouse.duckdb" "$(DATA)/dev/docs/" && \
    chmod u+w "$(DATA)/dev/docs/warehouse.duckdb"
# The night's sources are files and a platform that has to be running.
SERVED := $(BIN)/python -m demo.nocode_server -- $(BIN)/shihyo
PINS := --generate-hashes --no-emit-index-url --no-annotate --no-header --no-strip-extras --quiet
DBT := $(BIN)/dbt --no-send-anonymous-usage-stats
APP := $(BIN)/streamlit run app/streamlit_app.py --server.port $(PORT) \
    $(if $(HOST),--server.address $(HOST)) $(if $(BASE_PATH),--server.baseUrlPath $(BASE_PATH))
APP_ADDRESS := http://$(or $(HOST),localhost):$(PORT)$(if $(BASE_PATH),/$(BASE_PATH)/)

.PHONY: help setup demo nightly up dev docs freshness app test chaos screenshots bench lint lock spark browser database proxy units

help:  ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1|\2/' | column -t -s'|'

setup: $(VENV)/.installed  ## install what requirements.lock pins into .venv

$(VENV)/.installed: requirements.lock pyproject.toml
	@echo "setup: installing the packages of requirements.lock into $(VENV) (once, about a minute)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || { echo "setup: Python 3.11 is needed; set PYTHON=" >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || { apt-get update -qq && apt-get install -y -qq python3-venv && $(PYTHON) -m venv --clear $(VENV); }
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: nightly  ## the demonstration: simulated sources, a warehouse, a KPI table and the app on PORT (8501)
	@echo "app: $(APP_ADDRESS)  (Ctrl-C ends it)"
	@$(APP)

nightly: setup  ## the same without the app: the first time a backfill of the whole demonstration, then one night
	@$(BIN)/python -m demo
	@if [ -e "$(DATA)/published/warehouse.duckdb" ]; then $(SERVED) run; else $(SERVED) backfill --from 2022-04-01 --to 2026-11-20; fi
	@$(BIN)/shihyo show

up: nightly  ## the same on a schedule, as a bureau runs it: Prefect, the nights and the app (EVERY=seconds between nights)
	@$(SERVED) up --port $(PORT) $(if $(EVERY),--every $(EVERY))

dev: setup  ## the edit loop: build what the dbt project changed, on a copy, and say what readers would see change
	@$(BIN)/shihyo dev

docs: setup  ## dbt's documentation of models and columns on DOCS_PORT (8580)
	@[ -e "$(DATA)/published/warehouse.duckdb" ] || { echo "docs: nothing is published in $(DATA) yet; next: make nightly" >&2; exit 2; }
	@$(COPY_FOR_DOCS)
	@umask 027; SHIHYO_CANDIDATE="$(DATA)/dev/docs/warehouse.duckdb" DBT_LOG_PATH="$(DATA)/dev/docs" $(DBT) --quiet docs generate $(DOCS)
	@echo "docs: http://localhost:$(DOCS_PORT)  (Ctrl-C ends it)"
	@umask 027; DBT_LOG_PATH="$(DATA)/dev/docs" $(DBT) --quiet docs serve --no-browser --host 127.0.0.1 --port $(DOCS_PORT) $(DOCS)

freshness: setup  ## how long ago each source last delivered, as `dbt source freshness` tells it of what is published
	@[ -e "$(DATA)/published/warehouse.duckdb" ] || { echo "freshness: nothing is published in $(DATA) yet; next: make nightly" >&2; exit 2; }
	@$(COPY_FOR_DOCS)
	@umask 027; SHIHYO_CANDIDATE="$(DATA)/dev/docs/warehouse.duckdb" DBT_LOG_PATH="$(DATA)/dev/docs" $(DBT) source freshness $(DOCS)

app: setup  ## the app alone, on what is published; HOST (127.0.0.1) and BASE_PATH for a proxy in front of it
	@$(APP)

test: setup browser database proxy units spark  ## every test, with a real browser, PostgreSQL, nginx and Spark
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

spark: setup  ## what engine kind spark needs: pyspark, into .venv, and Java
	@if ! command -v java >/dev/null; then \
	    echo "setup: installing Java for Spark"; \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends openjdk-17-jre-headless >/dev/null; \
	fi
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation --require-hashes -r requirements-spark.lock

browser:
	@if ! command -v chromium >/dev/null || ! fc-list :lang=ja 2>/dev/null | grep -q .; then \
	    echo "setup: installing Chromium and Japanese fonts for the browser tests"; \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fontconfig fonts-noto-cjk >/dev/null; \
	fi

database:
	@if ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then \
	    echo "setup: installing PostgreSQL for the tests of the database source"; \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >/dev/null; \
	fi

# Unpacked, not installed: an installed nginx would be a service that listens on port 80.
proxy:
	@if ! ls /usr/sbin/nginx $(VENV)/nginx/usr/sbin/nginx 2>/dev/null | grep -q .; then \
	    echo "setup: fetching nginx for the test of the app behind a proxy"; \
	    apt-get update -qq && mkdir -p $(VENV)/nginx && cd $(VENV)/nginx && apt-get download -qq nginx 2>/dev/null && dpkg -x nginx_*.deb .; \
	fi

# Unpacked as well: an installed systemd would want to be the first process.
units:
	@if ! command -v systemd-analyze >/dev/null && [ ! -x $(VENV)/systemd/usr/bin/systemd-analyze ]; then \
	    echo "setup: fetching systemd-analyze for the test of the units"; \
	    apt-get update -qq && mkdir -p $(VENV)/systemd && cd $(VENV)/systemd && \
	    apt-get download -qq systemd libsystemd-shared 2>/dev/null && for each in *.deb; do dpkg -x $$each .; done; \
	fi

chaos: setup browser database spark  ## many more ways to end a night badly: N random kills (20), SEED to repeat them
	@N=$(or $(N),20) SEED=$(SEED) $(BIN)/python -m pytest tests/chaos -s

screenshots: setup browser  ## every page of what is published as a picture, and printed, into DATA/screenshots
	@$(BIN)/python -m browsing.screenshots $(if $(ONLY),--only $(ONLY))

bench: setup browser spark  ## the benchmarks; writes the table in bench/README.md
	@$(BIN)/python -m bench

lint: setup  ## ruff, mypy, import-linter, dbt parse, sqlfluff
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@cd dbt_project && ../$(DBT) --quiet --warn-error parse --profiles-dir . --target-path ../$(VENV)/dbt_target
	@$(BIN)/sqlfluff lint --disable-progress-bar dbt_project/models dbt_project/tests dbt_project/macros
	@$(BIN)/sqlfluff lint --disable-progress-bar --templater placeholder app/queries

lock: setup  ## pin requirements.lock and requirements-spark.lock anew from pyproject.toml
	@$(BIN)/uv pip compile pyproject.toml --extra dev $(PINS) -o requirements.lock
	@$(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["spark"], sep="\n")' \
	    | $(BIN)/uv pip compile - $(PINS) -o requirements-spark.lock
