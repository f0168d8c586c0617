# Every target makes .venv first. `make demo` and `make test` are all that a newcomer needs.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate --no-header pyproject.toml
REQUIRE ?=
TESTS ?=
WORKERS ?= 2
SEED ?=

.PHONY: demo run test soak bench fmt lock peers pictures clean

demo: .venv/runtime ## playground in the browser; REAL=1 searches the real marketplaces
	@$(BIN)/python -m bot demo $(if $(REAL),--real)

run: .venv/runtime ## the bot itself, with the settings of the environment
	@$(BIN)/python -m bot run

test: .venv/dev ## format, lint, types, imports, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/mypy --explicit-package-bases tests bench
	$(BIN)/lint-imports
	$(BIN)/pytest -n $(WORKERS) --dist loadfile $(if $(REQUIRE),--require=$(REQUIRE)) $(TESTS)

soak: .venv/dev ## 10,000 random lives of the bot, and 200 kills of the real program
	$(BIN)/python -W ignore -m tests.rentals.soak 10000 $(SEED)
	$(BIN)/python -m tests.rentals.kills 200 $(SEED)

bench: .venv/dev peers ## ratios against foreign code, measured in one run
	$(BIN)/python -m bench

fmt: .venv/dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: .venv/dev ## new versions; also the foreign clients' locks
	$(BIN)/python -m pip install --quiet uv
	$(COMPILE) --upgrade -o requirements.lock
	$(COMPILE) --upgrade --group dev -c requirements.lock -o requirements-dev.lock

peers: .venv/dev ## the foreign clients that tests/peers and bench compare with
	tests/peers/install

pictures: .venv/dev ## docs/*.png, from the playground in Chromium
	$(BIN)/python -m tests.browser.pictures

clean:
	rm -rf .venv .venv-peers var .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/runtime: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo 'Python 3.11 or newer is needed; name it: make PYTHON=/path/to/python3.11'; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(INSTALL) -r requirements.lock
	@touch $@

.venv/dev: .venv/runtime requirements-dev.lock
	$(INSTALL) -r requirements-dev.lock
	@touch $@
