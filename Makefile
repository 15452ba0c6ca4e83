# Everything happens in .venv, made from constraints.txt; nothing else on the machine is touched.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

# two workers share two cores: threads of their own would only wait for each other
test test-fast: export OMP_NUM_THREADS = 1

.PHONY: demo test test-fast lint format screenshots check-tools clean

demo: .venv/run.stamp
	$(BIN)/simenv run demo

test: .venv/dev.stamp
	$(BIN)/python -m pytest -n 2

test-fast: .venv/dev.stamp
	$(BIN)/python -m pytest -n 2 -m "not slow"

lint: .venv/dev.stamp
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

format: .venv/dev.stamp
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

screenshots: .venv/dev.stamp
	$(BIN)/python -m tests.dashboard.screenshots

.venv/run.stamp: pyproject.toml constraints.txt | check-tools
	$(PYTHON) -m venv .venv
	$(PIP) install --quiet -c constraints.txt -e ".[llama]"
	touch $@

.venv/dev.stamp: .venv/run.stamp
	$(PIP) install --quiet -c constraints.txt -e ".[llama,dashboard,dev]"
	touch $@

check-tools:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "simenv needs Python 3.11 or newer, found $$($(PYTHON) -V 2>&1); name one with make PYTHON=python3.12"; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "simenv needs Python's venv module; install it (on Debian and Ubuntu: apt install python3-venv)"; exit 2; }
	@command -v $${CXX:-c++} >/dev/null || \
	  { echo "simenv compiles llama.cpp and found no C++ compiler; install one (on Debian and Ubuntu: apt install g++)"; exit 2; }

clean:
	rm -rf .venv build dist .mypy_cache .pytest_cache .ruff_cache
