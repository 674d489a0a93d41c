# `make` alone lists the targets. GNU make, Go, Node and npm are all that is
# needed; `make test` also wants a C compiler (for -race) and Chromium.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

GO ?= go
NPM ?= npm
# --prefer-offline: what the lock files pin is in npm's cache after the first time.
NPM_CI := $(NPM) ci --prefer-offline --no-audit --no-fund --loglevel=error

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
UI := web/ui
UI_PACKAGES := $(UI)/node_modules/.package-lock.json
UI_PAGE := web/dist/index.html
UI_SOURCES := $(shell find $(UI)/src $(UI)/public -type f 2>/dev/null) \
	$(UI)/index.html $(UI)/package.json $(UI)/vite.config.ts $(UI)/tsconfig.json
ENGINE := bin/engine/libchdb.so
RACE_BATON := .cache/baton-race
# Without the profile, for which all that main is made of would be compiled once more.
TEST_BUILD := -race -pgo=off
LINTER := bin/golangci-lint
# Go files of the project, tests included; packages of npm hold some too.
GO_FILES = $(shell git ls-files --cached --others --exclude-standard '*.go')

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

## Running and building

.PHONY: run
run: build ## Start Baton with the demo beside it (DEMO=0: without); Ctrl-C stops both
	@exec scripts/run.sh

.PHONY: build
build: ui engine bin/baton ## Build bin/baton with its page, and install the embedded engine

.PHONY: ui
ui: $(UI_PAGE) ## Build the page into web/dist

.PHONY: engine
engine: $(ENGINE) ## Install the embedded ClickHouse engine into bin/engine

# Always asked: the go command knows better than make what has changed.
.PHONY: bin/baton
bin/baton: $(UI_PAGE)
	$(GO) build -ldflags '-X main.version=$(VERSION)' -o $@ ./cmd/baton

$(UI_PACKAGES): $(UI)/package.json $(UI)/package-lock.json
	$(NPM_CI) --prefix $(UI)
	@touch $@

$(UI_PAGE): $(UI_PACKAGES) $(UI_SOURCES)
	$(NPM) run --silent --prefix $(UI) build
	@touch $@

$(ENGINE): store/engine/npm/package-lock.json scripts/engine.sh
	@NPM_CI='$(NPM_CI)' scripts/engine.sh $@

.PHONY: profile
profile: build ## Take anew what the compiler optimizes for (cmd/baton/default.pgo), under the bench's load
	scripts/profile.sh $(SPANS)

## Testing

.PHONY: test
test: vet test-ui test-go test-e2e ## The whole test: vet, Go with -race and the real engine, page, browser

.PHONY: vet
vet: $(UI_PAGE)
	@scripts/needs.sh cc
	$(GO) vet $(TEST_BUILD) ./...

# One run, with -race: a second one without would compile and wait for everything again. Results are not
# cached, because the go command cannot see that tests read the engine. Vet has run before, in whole.
.PHONY: test-go
test-go: $(UI_PAGE) $(ENGINE) $(RACE_BATON) ## Go tests with -race, on the real engine
	BATON_BIN=$(CURDIR)/$(RACE_BATON) $(GO) test $(TEST_BUILD) -count=1 -vet=off -timeout 12m $(GO_TEST_FLAGS) ./...

.PHONY: test-ui
test-ui: $(UI_PACKAGES) ## Types, lint and unit tests of the page
	$(NPM) run --silent --prefix $(UI) typecheck
	$(NPM) run --silent --prefix $(UI) lint
	$(NPM) test --silent --prefix $(UI)

.PHONY: test-e2e
test-e2e: $(ENGINE) $(RACE_BATON) ## Baton, the demo and a real browser, all on ports of their own
	@scripts/needs.sh chromium
	@BATON_BIN=$(RACE_BATON) scripts/e2e.sh

# What the tests run is built as they are: that finds races, and spares compiling everything twice.
.PHONY: $(RACE_BATON)
$(RACE_BATON): $(UI_PAGE)
	@scripts/needs.sh cc
	$(GO) build $(TEST_BUILD) -ldflags '-X main.version=$(VERSION)' -o $@ ./cmd/baton

.PHONY: truth
truth: ## Score joins, verdicts and culprits on the labelled Azure estate (RAISE=1 raises the floors, MISSES=3 lists what is wrong)
	BATON_TRUTH=10000 BATON_TRUTH_RAISE=$(RAISE) BATON_TRUTH_MISSES=$(MISSES) $(GO) test ./collector/joinerextension -run '^TestTruth$$' -count=1 -v

.PHONY: soak
soak: build ## kill -9 of the engine and of Baton under load, again and again (up to 40 minutes), and a minute of fuzzing each parser
	scripts/fuzz.sh ./ownership/...
	BATON_SOAK=1 BATON_BIN=$(CURDIR)/bin/baton $(GO) test ./cmd/baton/e2e -run Soak -count=1 -timeout 40m -v

.PHONY: bench
bench: build ## Ingest, disk, questions and latency from end to end, beside the floor (SPANS=5M, BENCH_FLAGS=--check)
	bin/baton bench --spans $(or $(SPANS),5M) $(BENCH_FLAGS)

.PHONY: bench-parts
bench-parts: $(UI_PAGE) $(ENGINE) ## The rules, the store, the log, ownership and the page's answers, each by itself
	$(GO) test -run '^$$' -bench . -benchmem -timeout 30m ./flow ./ownership/... ./collector/storeexporter/spanlog ./store/... ./web

## Keeping the code in order

.PHONY: lint
lint: $(LINTER) $(UI_PACKAGES) ## golangci-lint and biome
	$(LINTER) run ./...
	$(NPM) run --silent --prefix $(UI) lint

.PHONY: fmt
fmt: $(UI_PACKAGES) ## Format Go and the page's sources
	gofmt -s -w $(GO_FILES)
	$(NPM) run --silent --prefix $(UI) format

.PHONY: generate
generate: $(UI_PACKAGES) ## Go and TypeScript types from web/openapi.yaml
	$(GO) generate ./web
	$(NPM) run --silent --prefix $(UI) gen

# Built from tools/go.mod, so that everyone lints with the same version.
$(LINTER): tools/go.mod tools/go.sum
	cd tools && $(GO) build -o ../$@ github.com/golangci/golangci-lint/v2/cmd/golangci-lint

.PHONY: clean
clean: ## Remove what was built and installed; data folders stay
	rm -rf bin .cache $(UI)/node_modules store/engine/npm/node_modules
	find web/dist -mindepth 1 ! -name .gitkeep -delete
