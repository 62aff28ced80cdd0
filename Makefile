# Two commands do everything: `make demo` and `make test`. `make help` lists the rest.

SHELL := /bin/bash
CONFIGURATION ?= release
SWIFT_BUILD := swift build -c $(CONFIGURATION) --explicit-target-dependency-import-check error
SEALEDBEAT := .build/$(CONFIGURATION)/sealedbeat
DEMO_DIR ?= sealedbeat-data/demo
export PATH := $(PATH):/usr/sbin

.PHONY: help demo test build bootstrap bootstrap-run format lint docs bench firmware sbom clean
.DEFAULT_GOAL := help

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "  DEMO_SECONDS=n make demo stops by itself and writes demo-summary.json"

demo: bootstrap-run build ## Install what is needed, build, and run the whole system with six patients
	@$(SEALEDBEAT) demo --data-dir $(DEMO_DIR) $(if $(DEMO_SECONDS),--duration $(DEMO_SECONDS) --summary demo-summary.json)

test: bootstrap ## Install what is needed and run every test
	@scripts/test

build: ## Build the executable
	@echo "build: $(CONFIGURATION) build of sealedbeat (the first one takes about ten minutes on two cores)"
	@$(SWIFT_BUILD) --product sealedbeat

bootstrap: ## Install the Debian packages that building, running and testing need
	@$(if $(SKIP_BOOTSTRAP),true,scripts/bootstrap)

bootstrap-run:
	@$(if $(SKIP_BOOTSTRAP),true,scripts/bootstrap --run)

format: ## Format every Swift source
	@swift format -i -r -p Package.swift Sources Tests

lint: ## Check the format of every Swift source
	@swift format lint --strict -r -p Package.swift Sources Tests

docs: build ## Build the DocC documentation of every library target, warnings as errors
	@scripts/docs

bench: build ## Measure the pipeline and write artifacts/bench-pipeline.json
	@mkdir -p artifacts
	@$(SEALEDBEAT) bench pipeline --json > artifacts/bench-pipeline.json
	@echo "bench: artifacts/bench-pipeline.json"

firmware: ## Test the portable firmware core on this host
	@$(MAKE) -C Firmware test

sbom: build ## Write the software bill of materials, artifacts/sbom.json (CycloneDX)
	@mkdir -p artifacts
	@scripts/sbom > artifacts/sbom.json
	@echo "sbom: artifacts/sbom.json"

clean: ## Remove what was built (data directories stay)
	@rm -rf .build artifacts .venv Firmware/build demo-summary.json
