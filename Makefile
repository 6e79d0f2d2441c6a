# Naungan: the two commands are `make run` and `make test`. `make help` lists the rest.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

GO      ?= go
DIST    := internal/platform/ui/dist
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
TOOL     = $(GO) tool -modfile=tools/go.mod
LDFLAGS := -s -w -X github.com/naungan/naungan/internal/app.version=$(VERSION)

help: ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: build ## build, then start the demo on http://127.0.0.1:8080
	./bin/naungan serve --demo --data ./data --listen 127.0.0.1:8080

build: assets ## build bin/naungan
	$(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/naungan ./cmd/naungan

assets: $(DIST)/manifest.json ## styles and scripts from npm into the binary's folder
$(DIST)/manifest.json: web/package-lock.json $(shell find web/styles web/src web/build -type f 2>/dev/null)
	@if command -v npm >/dev/null; then scripts/assets; \
	else echo "note: npm is not installed; pages will work but look bare (README, Without Node)"; fi

test: tools-for-tests assets check ## everything CI runs, with what it needs installed
	scripts/with-postgres $(GO) test -race -timeout 30m ./...
	scripts/with-postgres $(GO) test -tags 'browser load' -timeout 30m -count=1 ./internal/journey/... ./xlsform/conformance
	$(MAKE) fuzz

check: assets ## formatting, vet, staticcheck, generated files, walls
	@out=$$(gofmt -l $$(git ls-files '*.go')); test -z "$$out" || { echo "gofmt: $$out"; exit 1; }
	$(GO) vet ./...
	$(GO) vet -tags 'browser load bench' ./...
	$(TOOL) staticcheck ./...
	scripts/fresh
	$(GO) test ./internal

fuzz: ## every fuzz target for 5 seconds
	scripts/fuzz 5s

bench: build ## measure; docs/benchmarks.md keeps the numbers
	NAUNGAN_PG_FLAGS=-durable scripts/with-postgres $(GO) test -tags bench -run '^$$' -bench . -benchtime 1x -timeout 60m ./internal/journey/...
	$(GO) test -run '^$$' -bench . -benchtime 10x -timeout 10m ./xlsform

generate: ## templ and sqlc, after changing *.templ or *.sql
	scripts/generate

tools-for-tests:
	scripts/tools

clean: ## remove what was built (never data)
	rm -rf bin web/node_modules $(DIST)/*.css $(DIST)/*.js $(DIST)/*.gz $(DIST)/manifest.json

.PHONY: help run build assets test check fuzz bench generate tools-for-tests clean
