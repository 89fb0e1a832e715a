# make demo    six villages and a police post ring, on this machine
# make test    everything that is checked: linters, types, tests
# make bench   the measured numbers
# make lock    requirements.lock anew, from pyproject.toml

.PHONY: demo test lint bench lock prepare

demo: prepare
	.venv/bin/kentongan demo

test: lint
	.venv/bin/python -m pytest

lint: prepare
	.venv/bin/ruff check .
	.venv/bin/mypy

bench: prepare
	.venv/bin/python -m benchmarks.latency

lock: prepare
	.venv/bin/python -m pip install --quiet uv
	.venv/bin/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
		--group dev --custom-compile-command "make lock" --no-header -o requirements.lock

prepare:
	@scripts/prepare
