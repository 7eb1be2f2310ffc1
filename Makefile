SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
# Targets share one machine's cores and one package cache; two at once only slow each other down.
.NOTPARALLEL:

PKG ?= ./...
RUN ?=
ARGS ?=
FUZZTIME ?= 5s

VERSION = $(shell git describe --always --dirty 2>/dev/null || echo dev)
TEST_FLAGS = -timeout 20m $(if $(RUN),-run '$(RUN)')

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  Narrow tests and lint with PKG=./internal/store/... and tests with RUN=TestName."

web/node_modules/.package-lock.json: web/package-lock.json
	cd web && npm install --no-save --no-audit --no-fund # not ci: it fails where a registry lacks a tool's builds for other systems
	touch $@

web/dist/index.html: web/node_modules/.package-lock.json web/index.html web/vite.config.ts $(shell find web/src -type f)
	cd web && npm run -s build

.PHONY: web
web: web/dist/index.html ## the dashboard, built into web/dist (needs npm)

.PHONY: web-check
web-check: web/node_modules/.package-lock.json ## types, lint and unit tests of the dashboard
	cd web && npm run -s check && npm run -s test

.PHONY: build
build: web ## bin/storedesk, one static binary
	CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags '-s -w -X storedesk/internal/app.Version=$(VERSION)' -o bin/storedesk ./cmd/storedesk

.PHONY: run
run: build ## build, then serve with demo data: prints the URL, a token and a curl line
	exec bin/storedesk serve --demo

.PHONY: test
test: .tools/testsummary ## everything, with -race, on SQLite and on a throw-away PostgreSQL; installs what is missing
	scripts/install-test-tools gcc postgresql chromium npm
	$(MAKE) web $(if $(RUN),,web-check)
	PKG='$(PKG)' RUN='$(RUN)' scripts/with-postgres scripts/test

.PHONY: test-sqlite
test-sqlite: ## with -race, SQLite only
	scripts/install-test-tools gcc
	env -u STOREDESK_TEST_POSTGRES CGO_ENABLED=1 go test -race $(TEST_FLAGS) $(PKG)

.PHONY: test-fast
test-fast: ## SQLite only, no race detector
	env -u STOREDESK_TEST_POSTGRES go test $(TEST_FLAGS) $(PKG)

.PHONY: fuzz
fuzz: ## every fuzz test for FUZZTIME (5s) each
	PKG='$(PKG)' FUZZTIME='$(FUZZTIME)' scripts/fuzz

.PHONY: lint
lint: tools ## format, import rules, vet and linters; the first run builds the linters (2-4 minutes)
	scripts/check-format
	scripts/check-libc
	go vet $(PKG)
	.tools/golangci-lint run $(PKG)

.PHONY: fmt
fmt: .tools/gofumpt ## format all Go files
	scripts/check-format -w

.PHONY: check
check: lint test ## what CI runs

.PHONY: bench
bench: ## the benchmarks; pass flags with ARGS
	go run ./bench $(ARGS)

.PHONY: bench-web
bench-web: build ## the dashboard in Chromium, on TICKETS (100000) tickets or the data in DATA
	scripts/install-test-tools chromium npm
	TICKETS='$(TICKETS)' DATA='$(DATA)' scripts/bench-web

.PHONY: tools
tools: .tools/golangci-lint .tools/gofumpt

# The tools have a module of their own, so their 200 dependencies stay out of the program's module graph.
.tools/golangci-lint: tools/go.mod tools/go.sum
	@echo "building golangci-lint, once"
	cd tools && CGO_ENABLED=0 go build -trimpath -buildvcs=false -o ../$@ github.com/golangci/golangci-lint/v2/cmd/golangci-lint

.tools/gofumpt: tools/go.mod tools/go.sum
	cd tools && CGO_ENABLED=0 go build -trimpath -buildvcs=false -o ../$@ mvdan.cc/gofumpt

.tools/testsummary: $(wildcard tools/testsummary/*.go)
	cd tools && go test ./testsummary
	cd tools && CGO_ENABLED=0 go build -trimpath -buildvcs=false -o ../$@ ./testsummary

.PHONY: clean
clean: ## remove bin/ (.tools/ stays: it is slow to build)
	rm -rf bin
