# Two commands do everything: `make site` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
export NO_MKDOCS_2_WARNING := 1

# uv installs, if it is there; `make site PIP=1` takes pip all the same.
UV := $(if $(PIP),,$(shell command -v uv 2> /dev/null))
# With it comes the small build of PyTorch. For a GPU: make site UV_TORCH_BACKEND=auto
UV_TORCH_BACKEND ?= cpu
export UV_TORCH_BACKEND

# A Python that is named must be new enough; where none is, uv finds or fetches one that is.
NAMED := $(filter-out file,$(origin PYTHON))
define check_python
	@command -v $(PYTHON) > /dev/null || { echo "There is no $(PYTHON). Name a Python, as in \`make site PYTHON=python3.12\`." >&2; exit 1; }
	@$(PYTHON) .ci/check_python.py
endef

# Make an environment in a folder, with the project installed in it: folder, further options.
ifdef UV
define install
	$(if $(NAMED),$(check_python))
	$(UV) venv --allow-existing --seed $(if $(NAMED),--python $(PYTHON)) $(1)
	$(UV) pip install --python $(1)/bin/python $(2) -e ".[dev]"
	@touch $(1)/ready
endef
else
define install
	$(check_python)
	$(PYTHON) -m venv $(1)
	$(1)/bin/pip install $(2) -e ".[dev]"
	@touch $(1)/ready
endef
endif

.PHONY: site test test-changed check serve exercises chapter publish test-lowest test-newest bench clean

# Execute the chapters and build the site.
site: .venv/ready
	@$(BIN)/mkdocs build --strict
	@echo "Read it: $(BIN)/python -m http.server --directory site, then http://localhost:8000/"

# Run all tests; those in a browser need Chromium.
test: .venv/ready
	@$(BIN)/pytest -n 2

# Run the tests that a change can have touched: what differs from main, or BASE=commit.
test-changed: .venv/ready
	@$(BIN)/python -m tests.changed $(BASE)

# Look at the code, the workflows and what the host reads, without running any of it.
check: .venv/ready
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/codespell
	@$(BIN)/zizmor --offline --persona auditor --quiet .
	@$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	@$(BIN)/check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml
	@$(BIN)/check-jsonschema --builtin-schema vendor.readthedocs .readthedocs.yaml
	@$(BIN)/check-jsonschema --builtin-schema vendor.citation-file-format CITATION.cff
	@$(BIN)/check-jsonschema --builtin-schema vendor.github-issue-config .github/ISSUE_TEMPLATE/config.yml
	@$(BIN)/check-jsonschema --builtin-schema vendor.github-issue-forms $(filter-out %/config.yml,$(wildcard .github/ISSUE_TEMPLATE/*.yml))

# Build, show and build again at every change.
serve: .venv/ready
	@$(BIN)/mkdocs serve

# Write files to solve the exercises in; AGAIN=1 begins anew, and keeps what was there.
exercises: .venv/ready
	@$(BIN)/python -m ptfund._site.publishing.workbook $(if $(AGAIN),--again)
	@echo "Solve them there. What is done: $(BIN)/python -m ptfund.exercises"

# Write a new chapter that builds: make chapter NAME=attention
chapter: .venv/ready
	@$(BIN)/python -m ptfund._site.scaffold '$(NAME)'

# Push the site that was built, as one commit, to the branch that the host publishes.
publish: .venv/ready
	@$(BIN)/ghp-import --no-jekyll --push --force --no-history --message "The site of $$(git rev-parse HEAD)" site

# Run the tests with the lowest versions that pyproject.toml allows, torch's excepted.
test-lowest: .venv-lowest/ready
	@.venv-lowest/bin/pytest -n 2

# Run the tests with the newest versions of everything, PyTorch too.
test-newest: .venv-newest/ready
	@.venv-newest/bin/pytest -n 2

# Measure pages, build, other builders and training, and write the numbers into docs/benchmarks.md.
bench: .venv/ready
	@$(BIN)/python -m tests.bench

clean:
	rm -rf .venv .venv-lowest .venv-newest .cache site .site-*

# Installed once, and again when the requirements change.
.venv/ready: pyproject.toml constraints.txt
	$(call install,.venv,-c constraints.txt)

.venv-lowest/ready: pyproject.toml constraints.txt tests/lowest.py .venv/ready
	$(BIN)/python -m tests.lowest > .venv/lowest.txt
	$(call install,.venv-lowest,-c .venv/lowest.txt)

.venv-newest/ready: pyproject.toml
	$(call install,.venv-newest,--upgrade)
