# Everything that is done with Okno from a shell. `make` alone lists it.

GO      ?= go
SHELL   := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:

# The race detector makes SQLite's translated C eleven times slower and finds
# nothing there, so it leaves that package out; the parser of YAML shares
# nothing between goroutines and is read thousands of times by tests.
RACE := -race -gcflags=modernc.org/sqlite/lib=-race=false -gcflags=github.com/goccy/go-yaml/...=-race=false

# Two files of journeys at a time: some of them wait most of the time.
JOURNEYS := CGO_ENABLED=0 $(GO) build -o bin/okno ./cmd/okno && cd e2e && OKNO_BIN=$(CURDIR)/bin/okno node --test --test-concurrency=2

.PHONY: help
help: ## this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## /\1\t/' | expand -t 12

.PHONY: run
run: ## the portal with its sandbox, at http://localhost:8080
	$(GO) run ./cmd/okno demo

.PHONY: build
build: ## one static program, bin/okno
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '-s -w' -o bin/okno ./cmd/okno

.PHONY: test
test: deps ## every test: Go on both databases, then journeys in a browser
	@mkdir -p .cache
	$(GO) build -o bin/pgrun ./scripts/pgrun
	bin/pgrun $(GO) test $(RACE) -timeout 10m $$($(GO) list ./internal/...) | tee .cache/test.txt
	bin/pgrun $(GO) test -timeout 10m $$($(GO) list ./... | grep -v /internal/) | tee -a .cache/test.txt
	@echo 'e2e:'
	@$(JOURNEYS)
	@echo 'summary:'; grep -E '^(ok|FAIL|---|panic)' .cache/test.txt

.PHONY: check
check: tools ## linters, the law of the house, generated files
	@test -z "$$(gofmt -l $$(git ls-files -co --exclude-standard '*.go') | tee /dev/stderr)" || { echo 'run gofmt -w'; exit 1; }
	$(GO) vet ./...
	bin/golangci-lint run --concurrency 2 ./...
	$(GO) test -count=1 .
	scripts/unchanged.sh $(MAKE) --no-print-directory generate

.PHONY: generate
generate: tools ## templates, queries, styles and scripts, OpenAPI
	for d in $$(find internal web -name '*.templ' -not -path '*/node_modules/*' -printf '%h\n' | sort -u); do bin/templ generate -log-level error -path $$d; done
	for f in $$(find internal -name sqlc.yaml | sort); do bin/sqlc generate -f $$f; done
	if [ -d web/node_modules ]; then $(GO) run ./web/build; else echo 'web/node_modules is missing: styles are left as they are'; fi
	mkdir -p .cache docs/api
	$(GO) run ./cmd/okno openapi > .cache/openapi.json
	mv .cache/openapi.json docs/api/openapi.json

.PHONY: bench
bench: deps ## load and cost beside their bare limits
	$(GO) run ./bench

.PHONY: lighthouse
lighthouse: deps ## what Lighthouse says of home, catalogue, a service, a form, the cabinet
	cd bench/lighthouse && npm ci --no-audit --no-fund && node run.js

.PHONY: e2e
e2e: deps ## journeys in a browser only
	$(JOURNEYS)

.PHONY: soak
soak: deps ## tests that take longer than a coffee: faults, days in minutes
	$(GO) build -o bin/pgrun ./scripts/pgrun
	OKNO_SOAK=1 bin/pgrun $(GO) test -count=1 -run Soak -timeout 3h ./...

.PHONY: deps
deps: ## what tests need of Debian and npm
	@scripts/deps.sh

.PHONY: tools
tools: bin/.tools ## linters and generators, built into bin/

bin/.tools: tools/go.mod tools/go.sum
	@mkdir -p bin
	cd tools && CGO_ENABLED=0 $(GO) build -o ../bin/ tool
	@touch $@
