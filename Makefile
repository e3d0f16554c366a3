# `make demo` runs the main job on the embedded sample, `make test` all checks, `make vorauer2020` the
# counterparts of a published paper's figures.
# Both need python3, make and a C compiler; everything else goes into .tools and .venv here.
PYTHON ?= python3
RUN := .venv/bin

.PHONY: demo test vorauer2020 lint types lock clean

demo: .venv/.ready
	$(RUN)/anosim demo --output demo-results

vorauer2020: .venv/.ready
	$(RUN)/python studies/vorauer2020/reproduce.py vorauer2020-results

# a process for each of up to four processors; their libraries then take one thread each
test: lint types
	OMP_NUM_THREADS=1 $(RUN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile

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
	rm -rf .venv .tools demo-results vorauer2020-results
