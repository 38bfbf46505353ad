# Needs Go, make and git; gcc for the race detector. Everything else is fetched by Go or named by .ci/setup.
SHELL := /bin/bash
.DEFAULT_GOAL := help

BIN := $(CURDIR)/bin

# Suites whose subject are other processes, pages of hard PDFs and single faults: they run last, without the race detector.
PLAIN := ./conformance/acceptance,./conformance/adaptertest,./conformance/bench,./conformance/crash,./conformance/foreign,./conformance/nth,./conformance/operatortest,./conformance/replay,./conformance/subjects,./conformance/wiretest,./dmsplugin/cmd/edo-bridge,./dmsplugin/cmd/edo-dms,./dmsplugin/hosttest,./examples/hosts,./examples/hosts/pocketbase,./examples/library,./examples/portal,./examples/quickstart,./stamping/hardpdf,./stamping/printable,./stamping/worker

# What a caller may set: make test RACE=off, make test ARGS='-run Crash ./conformance/crash', make fuzz FUZZTIME=1m
RACE ?= auto
ARGS ?=
FUZZTIME ?= 10s
BENCH ?= .
COUNT ?= 1
SOAK ?= 10m
TARGETS ?=

.PHONY: help
help: ## This list
	@while IFS= read -r line; do \
		[[ $$line =~ ^([a-z/-]+):.*'## '(.*)$$ ]] && printf '  make %-20s %s\n' "$${BASH_REMATCH[1]}" "$${BASH_REMATCH[2]}"; \
	done < $(firstword $(MAKEFILE_LIST)); true
	@printf '\n  Settings: RACE=auto|on|off  ARGS="go test arguments"  FUZZTIME=10s  BENCH=regexp  COUNT=1  SOAK=10m  TARGETS=os/arch\n'

## See it work

.PHONY: demo
demo: build ## One real package there and back: mock operator, plugin, stamped PDFs; leaves demo-out/index.html
	go run ./examples/quickstart

.PHONY: portal
portal: ## A whole conversation, utility and client: registered, sent, signed back, refused, revoked; leaves portal-out/index.html
	go run ./examples/portal

.PHONY: pocketbase
pocketbase: build ## A whole document system with exchange in it: PocketBase, plugin, mock operator; prints address and logins
	@go build -C examples/hosts/pocketbase -o $(BIN)/pocketbase .
	@exec $(BIN)/pocketbase --bin $(BIN) --samples examples

.PHONY: build
build: ## bin/edo-dms (plugin and command line), bin/edo-bridge, bin/mock-operator, bin/edo-conformance, without cgo
	CGO_ENABLED=0 go build -trimpath -o $(BIN)/ ./dmsplugin/cmd/edo-dms ./dmsplugin/cmd/edo-bridge ./conformance/cmd/mock-operator ./conformance/cmd/edo-conformance

## Tests

.PHONY: test
test: $(BIN)/testreport ## Install what the tests need where possible, run all tests of all modules, list what was skipped and why
	@.ci/setup test
	@.ci/in-memory $(BIN)/testreport -race=$(RACE) -plain $(PLAIN) -- $(ARGS)

.PHONY: $(BIN)/testreport
$(BIN)/testreport:
	@go build -o $@ ./conformance/cmd/testreport

.PHONY: conformance
conformance: build ## All suites against what is shipped here; leaves conformance-out/report.html
	@.ci/in-memory $(BIN)/edo-conformance run --report conformance-out

.PHONY: conformance/mutants
conformance/mutants: build ## All suites against faults made on purpose, minutes; leaves mutants-out/report.html with the kill matrices
	@.ci/setup test
	@rm -rf mutants-out && mkdir -p mutants-out/matrices
	EDOKIT_MUTANTS=$(CURDIR)/mutants-out/matrices .ci/in-memory go test -count 1 -timeout 40m -run 'Mutants|CasesCanFail' \
		./conformance/acceptance ./conformance/operatortest ./conformance/subjects ./conformance/wiretest ./dmsplugin/hosttest
	$(BIN)/edo-conformance mutants mutants-out/matrices --report mutants-out

.PHONY: bench
bench: ## All benchmarks (BENCH, COUNT); the text is kept in .bench/latest.txt, the story in BENCHMARKS.md
	@mkdir -p .bench
	go test -run '^$$' -bench '$(BENCH)' -benchmem -count $(COUNT) -timeout 60m ./... | tee .bench/latest.txt; exit $${PIPESTATUS[0]}

.PHONY: soak
soak: ## Long runs (tests named TestSoak...) for SOAK each
	@git grep -q --no-index '^func TestSoak' -- '*_test.go' || { echo 'soak: there is no soak test yet' >&2; exit 1; }
	EDOKIT_SOAK=$(SOAK) go test -count 1 -timeout 0 -v -run '^TestSoak' ./...

.PHONY: fuzz
fuzz: ## Every fuzz target for FUZZTIME (10 s)
	@.ci/fuzz $(FUZZTIME)

## Before a change is handed in

.PHONY: check
check: lint vet test layout verify ## All a reviewer would ask for: format, vet, lint, race tests, layout, verify

.PHONY: lint
lint: ## golangci-lint with .golangci.yml, format included; built once from tools.mod
	@.ci/lint run

.PHONY: vet
vet: ## go vet
	go vet ./...

.PHONY: fmt
fmt: ## Format all files (gofumpt, grouped imports)
	@.ci/lint fmt

.PHONY: layout
layout: ## The import table: who may import whom, and what a small program links
	go test -count 1 ./conformance/layout

.PHONY: generate
generate: ## Go code from dmsplugin/proto (needs protoc)
	@.ci/generate

.PHONY: verify
verify: ## Generated code is current, every go.mod is tidy; changes nothing
	@.ci/verify

.PHONY: cross
cross: ## All packages but PocketBase's example compile without cgo for Linux, Windows and macOS, amd64 and arm64
	@.ci/cross $(TARGETS)

.PHONY: dist
dist: ## Archives of a release for Windows, Linux and macOS in dist/, with SHA256SUMS (TARGETS)
	@.ci/dist $(TARGETS)

.PHONY: vuln
vuln: ## Known holes in what we link (govulncheck; asks vuln.go.dev)
	go tool -modfile=tools.mod govulncheck ./...

.PHONY: clean
clean: ## Remove what make made
	rm -rf $(BIN) demo-out portal-out conformance-out mutants-out dist .bench
