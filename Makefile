# `make demo` is all a newcomer needs. Everything is installed into .venv, data is kept in var/.

PORT ?= 8000
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
PIP = .venv/bin/python -m pip --disable-pip-version-check install -c constraints.txt

.PHONY: demo test check bench clean
.DELETE_ON_ERROR:

demo: .venv/installed
	@.venv/bin/python manage.py demo --port $(PORT)

# The tests are dealt in their order: those that empty the database come last, for every process.
# The journeys have the machine to themselves: a whole helpdesk runs for them. One test of nine thousand
# that fails is run once more, and the summary names it: real servers, a browser and a busy machine have
# moments in which something takes longer than anybody would wait for. What is named twice is looked into.
test: .venv/installed-dev
	.venv/bin/python -m pytest -n auto --durations 30 --reruns 1 -rR $(or $(ARGS),tests --ignore tests/journeys)
ifeq ($(ARGS),)
	.venv/bin/python -m pytest --durations 10 --reruns 1 -rR tests/journeys
endif

check: .venv/installed-dev
	@.ci/check

bench: .venv/installed-dev
	.venv/bin/python -m tests.bench

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@echo "The data in var/ is kept; delete that folder to start from nothing."

.venv/bin/python:
	@if [ -z "$(PYTHON)" ]; then \
		echo "The helpdesk needs Python 3.11 or newer; install one, or name it: make demo PYTHON=/path/to/python." >&2; exit 1; fi
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "$(PYTHON) is not Python 3.11 or newer, which the helpdesk needs." >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) cannot make virtual environments; on Debian and Ubuntu install python3-venv." >&2; exit 1; }
	"$(PYTHON)" -m venv .venv

# What pyproject.toml names, without building a distribution: the packages are used where they lie.
.venv/installed: pyproject.toml constraints.txt | .venv/bin/python
	@echo "Installing what the helpdesk needs into .venv (once; it takes some minutes)."
	@.venv/bin/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["dependencies"], sep="\n")' > .venv/wanted.txt
	$(PIP) -r .venv/wanted.txt
	@.venv/bin/python -c 'import pathlib, sysconfig; pathlib.Path(sysconfig.get_path("purelib"), "helpdesk.pth").write_text(str(pathlib.Path.cwd()))'
	@touch $@

.venv/installed-dev: .venv/installed
	@.venv/bin/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["dev"], sep="\n")' > .venv/wanted-dev.txt
	$(PIP) -r .venv/wanted-dev.txt
	@touch $@
