# Everything runs in environments made here; only Python 3.11+ and make are needed.
#   make demo     train on real handwritten digits, offline after the installation
#   make examples run every example briefly and draw its picture (BRIEF= runs them in full, NAMES="deep_dream" some)
#   make test     run the tests            (ARGS="-k dropout" picks some, JOBS=4 uses more cores)
#                 BACKEND=torch or BACKEND=tensorflow: on that backend, in an environment of its own
#   make lint     check style              make format   put it right
#   make bench    side by side with Keras 3, writes benchmarks/RESULTS.md (BACKENDS=jax is quicker)
#   make interop  exchange files with Keras 2.2.4, tf_keras and Keras 3, both ways
#   make clean    remove what these made

comma   := ,
PYTHON  ?= python3
BACKEND ?= jax
VENV    ?= $(call venv,$(BACKEND))
JOBS    ?= 2
ARGS    ?=
BRIEF   ?= --brief
NAMES   ?=

BACKENDS  ?= jax torch tensorflow
PEER_VENV := benchmarks/.venv-keras3
PEER      := keras==3.15.1
# JAX, the default backend, is in every environment; another one has an environment and an extra of its own.
venv       = .venv$(patsubst %,-%,$(filter-out jax,$(1)))
BIN       := $(VENV)/bin
EXTRA     := $(patsubst %,$(comma)%,$(filter-out jax,$(BACKEND)))
PIP       := -m pip install --quiet --disable-pip-version-check
METADATA  := pyproject.toml keras/_version.py
LINTED    := keras tests examples benchmarks interop conftest.py

.PHONY: help demo examples test lint format bench interop clean $(BACKENDS:%=installed-%) installed-jax
.DELETE_ON_ERROR:

help:
	@sed -n 's/^#   //p' Makefile

demo: $(VENV)/.installed-demo
	KERAS_BACKEND=$(BACKEND) $(BIN)/python examples/mnist_demo.py

examples: $(VENV)/.installed-examples
	KERAS_BACKEND=$(BACKEND) $(BIN)/python examples $(BRIEF) $(NAMES)

test: $(VENV)/.installed-test
	KERAS_BACKEND=$(BACKEND) $(BIN)/python -m pytest -n $(JOBS) -q $(ARGS)

lint: $(VENV)/.installed-test
	$(BIN)/ruff check $(LINTED)
	$(BIN)/ruff format --check $(LINTED)

format: $(VENV)/.installed-test
	$(BIN)/ruff check --fix $(LINTED)
	$(BIN)/ruff format $(LINTED)

# Ours in the environment of each backend.
bench: $(BACKENDS:%=installed-%) $(PEER_VENV)/.installed
	$(call venv,jax)/bin/python benchmarks/bench.py \
	  $(foreach each,$(BACKENDS),$(each)=$(call venv,$(each))/bin/python) \
	  --peer $(PEER_VENV)/bin/python $(ARGS)

installed-%:
	@$(MAKE) --no-print-directory BACKEND=$* $(call venv,$*)/.installed-demo

# With ARGS only the files; without, the weights of the application networks too.
# INTEROP_CLASSIC=/path/to/python and INTEROP_MODERN=... name ready environments of the originals.
interop: $(VENV)/.installed-test
	$(BIN)/python interop/interop.py $(ARGS)
	$(if $(ARGS),,$(BIN)/python interop/applications.py)

# One environment, filled as far as each target needs it. The stamps make a second run start at once.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "keras needs Python 3.11 or later, $(PYTHON) is older: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "$(PYTHON) cannot make environments: on Debian and Ubuntu, apt install python3-venv"; exit 1; }

$(VENV)/.installed-demo: $(METADATA) | $(BIN)/python
	$(BIN)/python $(PIP) --editable '.[demo$(EXTRA)]'
	@touch $@

$(VENV)/.installed-examples: $(METADATA) | $(BIN)/python
	$(BIN)/python $(PIP) --editable '.[examples$(EXTRA)]'
	@touch $@

$(VENV)/.installed-test: $(METADATA) | $(BIN)/python
	$(BIN)/python $(PIP) --editable '.[demo,examples,test,dev$(EXTRA)]'
	@touch $@

# The peer gets the very backends that these environments have, so that only the libraries differ.
$(PEER_VENV)/.installed: Makefile | $(BACKENDS:%=installed-%) installed-jax
	$(PYTHON) -m venv $(PEER_VENV)
	$(PEER_VENV)/bin/python $(PIP) '$(PEER)' rich $(foreach each,$(sort jax $(BACKENDS)),$(each)==$$($(call \
	  venv,$(each))/bin/python -c 'import importlib.metadata as m; print(m.version("$(each)"))'))
	@touch $@

clean:
	rm -rf .venv .venv-* $(PEER_VENV) interop/.venvs .pytest_cache .ruff_cache build dist demo.png examples/output
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
