# Two commands do everything: `make site` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
export NO_MKDOCS_2_WARNING := 1

.PHONY: site test check serve exercises bench clean

# Execute the chapters and build the site.
site: .venv/ready
	@$(BIN)/mkdocs build --strict
	@echo "Read it: $(BIN)/python -m http.server --directory site, then http://localhost:8000/"

# Run all tests; those in a browser need Chromium.
test: .venv/ready
	@$(BIN)/pytest -n 2

# Look at the code without running it.
check: .venv/ready
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/codespell

# Build, show and build again at every change.
serve: .venv/ready
	@$(BIN)/mkdocs serve

# Write files to solve the exercises in; AGAIN=1 begins anew, and keeps what was there.
exercises: .venv/ready
	@$(BIN)/python -m ptfund._site.workbook $(if $(AGAIN),--again)
	@echo "Solve them there. What is done: $(BIN)/python -m ptfund.exercises"

# Measure pages, build and training, and write the numbers into docs/benchmarks.md.
bench: .venv/ready
	@$(BIN)/python -m tests.bench

clean:
	rm -rf .venv .cache site .site-*

# Installed once, and again when the requirements change.
.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -c constraints.txt -e ".[dev]"
	@touch $@
