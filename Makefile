# make demo    six villages and a police post ring, on this machine
# make test    everything that is checked: linters, types, tests
# make bench   the measured numbers
# make test-rig the installed product on a virtual Raspberry Pi: KENTONGAN_RIG=PROGRAM; docs/contributing.md
# make test-cluster RabbitMQ 4, one and three, with our accounts; two hubs, two databases: KENTONGAN_RABBITMQ=FOLDER; docs/contributing.md
# make release a release archive of what is committed
# make lock    the lock files anew, from pyproject.toml: what runs, with the extra `scale`, and what the checks need

.PHONY: demo test lint pytest test-rig test-cluster bench release lock prepare prepare-dev

demo: prepare
	.venv/bin/kentongan demo

test: lint pytest

# Six processes on two cores: the tests wait more than they compute.
pytest: prepare-dev
	.venv/bin/python -m pytest --numprocesses 6 --dist loadfile

test-rig: prepare-dev
	.venv/bin/python -m pytest rig -rs

test-cluster: prepare-dev
	.venv/bin/python -m pytest cluster -rs

lint: prepare-dev
	.venv/bin/ruff check .
	.venv/bin/mypy

# make bench CHECK=1 exits 1 where an aim is missed; QUICK=1 is a look; ONLY="latency idle" names benchmarks; PEERS=1
# installs mqtt-io and Node-RED beside it; PLOTS=docs draws the pictures of docs/benchmarks.md anew.
bench: prepare-dev
	.venv/bin/python -m benchmarks $(if $(CHECK),--check) $(if $(QUICK),--quick) $(if $(PEERS),--peers) \
		$(if $(PLOTS),--plots $(PLOTS)) $(ONLY)

VERSION = $(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)

release:
	git archive --prefix=kentongan-$(VERSION)/ --output=kentongan-$(VERSION).tar.gz HEAD

COMPILE = .venv/bin/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header

lock: prepare
	.venv/bin/python -m pip install --quiet uv
	$(COMPILE) --group build -o requirements.lock
	$(COMPILE) --group build --extra scale -c requirements.lock -o requirements-scale.lock
	$(COMPILE) --group dev -c requirements.lock -c requirements-scale.lock -o requirements-dev.lock

prepare:
	@scripts/prepare requirements.lock

prepare-dev:
	@scripts/prepare requirements-dev.lock
