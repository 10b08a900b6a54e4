# make demo: the embedded example, into out/demo.   make test: linters, types and tests.
# make addon: the extension for Blender, as a zip into dist.
# make gallery: pictures of every mask into docs/gallery.   make drapes: fills the bank of settled drapes.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test addon gallery drapes clean

demo: $(VENV)/.demo
	$(BIN)/maskdrape doctor
	$(BIN)/maskdrape demo; code=$$?; test $$code -eq 0 -o $$code -eq 3

gallery: $(VENV)/.demo
	$(BIN)/maskdrape gallery --output docs/gallery

addon: $(VENV)/.demo
	$(BIN)/python tools/build_addon.py dist

drapes: $(VENV)/.demo
	$(BIN)/maskdrape drapes

test: $(VENV)/.dev
	$(BIN)/ruff format --check pipeline blender_addon tests tools benchmarks
	$(BIN)/ruff check pipeline blender_addon tests tools benchmarks
	$(BIN)/mypy
	$(BIN)/pytest -q

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' \
		|| (echo "MaskDrape needs Python 3.11: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)" >&2; exit 1)
	$(PYTHON) -m venv $(VENV) \
		|| (rm -rf $(VENV); echo "on Debian: apt-get install -y python3-venv" >&2; exit 1)

$(VENV)/.demo: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[blender,demo]'
	touch $@

$(VENV)/.dev: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[blender,demo,dev]'
	touch $@ $(VENV)/.demo

clean:
	rm -rf $(VENV) out build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache
