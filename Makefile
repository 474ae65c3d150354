# Two commands do all the set-up on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check
WORKERS ?= 2

.PHONY: help demo test lint types docstrings unit long mutation bench docs lock clean

help:            ## say what each target does
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 12

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("bnl needs Python 3.11 or newer") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)

# One stamp per lock file: what is installed is what the lock says, and nothing is installed twice.
$(VENV)/.%.stamp: requirements/%.txt pyproject.toml $(wildcard bnl/matching/*.c) | $(VENV)/bin/python
	$(PIP) install --quiet --require-hashes -r requirements/$*.txt
	$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $@

demo: $(VENV)/.demo.stamp          ## the main job on a made-up county; prints the path of an HTML report
	$(BIN)/bnl demo

test: lint types docstrings unit   ## everything the gate asks for

lint: $(VENV)/.test.stamp          ## formatting and lint rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/.test.stamp         ## mypy --strict
	$(BIN)/mypy

docstrings: $(VENV)/.test.stamp    ## every public name has a docstring
	$(BIN)/interrogate --quiet bnl || $(BIN)/interrogate -vv bnl

unit: $(VENV)/.test.stamp          ## tests, README blocks and examples, with branch coverage
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup -m "not long" --cov --cov-report=term

long: $(VENV)/.long.stamp          ## millions of cases, fault injection: minutes to hours
	$(BIN)/python -m pytest -n $(WORKERS) -m long --durations=20
	$(MAKE) mutation

mutation: $(VENV)/.long.stamp      ## changes made to the code of consent, exit, audit and keys must be noticed by the tests: an hour
	$(BIN)/python -m tools.mutation consent
	$(BIN)/python -m tools.mutation release
	$(BIN)/python -m tools.mutation audit
	$(BIN)/python -m tools.mutation crypto

bench: $(VENV)/.bench.stamp        ## speed and accuracy as ratios; DATA=folder of labelled sets for the peer comparison
	$(BIN)/python -m benchmarks $(if $(DATA),--data $(DATA))

docs: $(VENV)/.docs.stamp          ## the documentation as a site in site/
	$(BIN)/mkdocs build --strict

lock:                              ## resolve the locked requirements anew (needs uv)
	uv pip compile pyproject.toml --universal --python-version 3.11 --extra test --extra long --extra bench --extra docs \
	  --generate-hashes --no-emit-index-url --no-header -q -o requirements/all.txt $(LOCK)
	for e in test long bench docs demo; do uv pip compile pyproject.toml --universal --python-version 3.11 --extra $$e \
	  -c requirements/all.txt --generate-hashes --no-emit-index-url --no-header -q -o requirements/$$e.txt; done
	rm requirements/all.txt

clean:                             ## remove what the targets made
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage* site demo-county
