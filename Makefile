# Two commands: `make demo` runs the main job on the embedded sample, `make test` runs all checks.
# Both need python3, make and a C compiler; everything else goes into .tools and .venv here.
PYTHON ?= python3
RUN := .venv/bin

.PHONY: demo test lint types lock clean

demo: .venv/.ready
	$(RUN)/anosim demo --output demo-results

test: lint types
	$(RUN)/python -m pytest

lint: .venv/.ready
	$(RUN)/ruff format --check .
	$(RUN)/ruff check .

types: .venv/.ready
	$(RUN)/mypy

.venv/.ready: bootstrap.py requirements.lock pyproject.toml .python-version
	$(PYTHON) bootstrap.py

# after a change of the dependencies in pyproject.toml
lock:
	.tools/bin/uv pip compile pyproject.toml --all-extras --group dev --universal \
	    --generate-hashes --python-version 3.12 --quiet --output-file requirements.lock

clean:
	rm -rf .venv .tools demo-results
