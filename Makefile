# Everything starts here: `make run` and `make test` work on a fresh machine
# that has Go; `make help` lists the rest.
SHELL       := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# Whatever folder it is in, a clone uses what was built of the same files before.
export GOFLAGS ?= -trimpath

BIN         := bin
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOFUMPT     := mvdan.cc/gofumpt@v0.12.0
BENCHSTAT   := golang.org/x/perf/cmd/benchstat@v0.0.0-20260908200009-22c9c6c9d4da
FUZZTIME    ?= 60s
CHAOS_TIME  ?= 10m
WALK_TIME   ?= 10m
CLUSTER_ROUNDS ?= 3
BENCH_COUNT ?= 5
BENCH_TIME  ?= 2s
BENCH_FLAGS ?=
SCALE_LEDGER ?= 50000000
ADDR        ?= 127.0.0.1:5890

PREFIX      ?= /usr/local
ZSH_DIR     ?= share/zsh/site-functions
DIST        ?= dist
PLATFORMS   ?= linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64
# The version of the Debian packages and the date of their files are those of the commit.
VERSION     ?= $(shell git log -1 --date=format:%Y%m%d.%H%M --format=0~%cd.%h 2>/dev/null || echo 0)
export SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null || echo 0)

## run: build, serve the demonstration on the embedded stores, open the screen
.PHONY: run
run: build
	@bash -euo pipefail -c "$$DEMONSTRATION" run $(ADDR)

# A server on the embedded stores, and the student's screen before it, logged in as
# alice. Leaving the screen stops the server; without a terminal there is only the server.
define DEMONSTRATION
addr=$$1
unset DEMONSTRATION ETU_MYSQL_DSN ETU_REDIS_URL # known passwords are no business of a real database
if (exec 3<>"/dev/tcp/$${addr%:*}/$${addr##*:}") 2>/dev/null; then
  echo "L'adresse $$addr est déjà prise : make run ADDR=127.0.0.1:5900" >&2
  exit 1
fi
if ! [ -t 0 ] || ! [ -t 1 ]; then
  exec $(BIN)/etuservices-server --demo --addr "$$addr"
fi
log=$$(mktemp)
$(BIN)/etuservices-server --demo --addr "$$addr" >"$$log" 2>&1 &
server=$$!
leave() {
  kill -TERM "$$server" 2>/dev/null || true
  wait "$$server" 2>/dev/null || true
  sed -n '/Comptes/,/Leur mot/p' "$$log"
  echo "Le serveur de démonstration est arrêté ; tout est gardé pour la prochaine fois."
  rm -f "$$log"
}
trap leave EXIT
until grep -q ' listening on ' "$$log"; do
  kill -0 "$$server" 2>/dev/null || { cat "$$log"; exit 1; }
  sleep 0.05
done
ETU_PASSWORD=motdepasse $(BIN)/etu --demo --addr "$$addr" --login alice
endef
export DEMONSTRATION

## build: both programs, into bin/
.PHONY: build
build:
	@mkdir -p $(BIN)
	@[ -x $(BIN)/etu ] || echo "La première compilation prend quelques minutes."
	CGO_ENABLED=0 go build -o $(BIN)/etuservices-server ./server
	CGO_ENABLED=0 go build -o $(BIN)/etu ./client

# The programs are installed from FROM; what is made of their tables is written by
# those that run here.
FROM ?= $(BIN)

## install: both programs, manual, completion, units, examples (PREFIX=/usr/local DESTDIR=)
.PHONY: install
install: | $(BIN)/etu
	umask 022; to='$(DESTDIR)$(PREFIX)'; \
	mkdir -p "$$to"/{bin,lib/systemd/system,share/etuservices,share/man/{man1,man8,fr/man1}} \
	  "$$to"/share/{bash-completion/completions,fish/vendor_completions.d} "$$to/$(ZSH_DIR)"; \
	install $(FROM)/etu $(FROM)/etuservices-server server/deploy/etuservices-backup "$$to/bin/"; \
	complete() { \
	  "$$@" completion bash >"$$to/share/bash-completion/completions/$${1##*/}"; \
	  "$$@" completion zsh >"$$to/$(ZSH_DIR)/_$${1##*/}"; \
	  "$$@" completion fish >"$$to/share/fish/vendor_completions.d/$${1##*/}.fish"; \
	}; \
	complete $(BIN)/etu --lang fr; \
	complete $(BIN)/etuservices-server; \
	$(BIN)/etuservices-server man >"$$to/share/man/man8/etuservices-server.8"; \
	$(BIN)/etu man --lang fr >"$$to/share/man/fr/man1/etu.1"; \
	$(BIN)/etu man --lang en >"$$to/share/man/man1/etu.1"; \
	for unit in server/deploy/*.service server/deploy/*.timer; do \
	  sed 's,/usr/local/bin,$(PREFIX)/bin,' "$$unit" >"$$to/lib/systemd/system/$${unit##*/}"; \
	done; \
	install -m 644 server/deploy/{etuservices.env,backup.cnf,mysql.sql,users.acl,haproxy.cfg,haproxy-mysql.cfg,galera.cnf,redis-cluster.conf,alerts.yml,grafana.json} "$$to/share/etuservices/"

$(BIN)/etu:
	$(MAKE) build

## dist: static programs for PLATFORMS and Debian packages, with SHA256SUMS, in dist/
.PHONY: dist
dist: build
	rm -rf $(DIST)
	mkdir -p $(DIST)
	@for platform in $(PLATFORMS); do \
	  export CGO_ENABLED=0 GOOS=$${platform%/*} GOARCH=$${platform#*/}; \
	  exe=; [ $$GOOS != windows ] || exe=.exe; \
	  for program in server client; do \
	    name=etu; [ $$program = client ] || name=etuservices-server; \
	    echo "$(DIST)/$$GOOS-$$GOARCH/$$name$$exe"; \
	    go build -trimpath -buildvcs=auto -ldflags=-s -o "$(DIST)/$$GOOS-$$GOARCH/$$name$$exe" ./$$program; \
	  done; \
	  if [ $$GOOS = linux ] && command -v dpkg-deb >/dev/null; then \
	    $(MAKE) --no-print-directory deb ARCH=$$GOARCH; \
	  fi; \
	done
	cd $(DIST) && find . -type f ! -name SHA256SUMS -printf '%P\n' | LC_ALL=C sort | xargs sha256sum >SHA256SUMS

# deb makes the package of the programs that dist built for ARCH.
.PHONY: deb
deb:
	@root=$$(mktemp -d); trap 'rm -rf "$$root"' EXIT; umask 022; chmod 755 "$$root"; \
	$(MAKE) --no-print-directory --silent install FROM=$(DIST)/linux-$(ARCH) DESTDIR="$$root" PREFIX=/usr ZSH_DIR=share/zsh/vendor-completions; \
	mkdir -p "$$root"/DEBIAN "$$root"/etc/etuservices "$$root"/usr/share/doc/etuservices; \
	gzip -9n "$$root"/usr/share/man/{man?,fr/man?}/*; \
	install -m 600 server/deploy/etuservices.env "$$root/etc/etuservices/env"; \
	install -m 644 LICENSE "$$root/usr/share/doc/etuservices/copyright"; \
	install server/deploy/debian/{postinst,prerm} "$$root/DEBIAN/"; \
	install -m 644 server/deploy/debian/conffiles "$$root/DEBIAN/"; \
	sed 's/VERSION/$(VERSION)/; s/ARCH/$(ARCH)/' server/deploy/debian/control >"$$root/DEBIAN/control"; \
	dpkg-deb -Zgzip --root-owner-group --build "$$root" $(DIST)/etuservices_$(VERSION)_$(ARCH).deb

## dist-check: dist made twice gives the same files, byte for byte
.PHONY: dist-check
dist-check: dist
	mkdir -p .cache
	cp $(DIST)/SHA256SUMS .cache/first-SHA256SUMS
	$(MAKE) dist
	diff .cache/first-SHA256SUMS $(DIST)/SHA256SUMS

## test: everything, race detector on, MariaDB and Redis included
.PHONY: test
test: stores lint
	.ci/memory .ci/test

## verify: the teacher's check, command by command (MYSQL_DSN=… REDIS_URL=…: on empty stores of yours)
.PHONY: verify
verify:
	@.ci/stores $(if $(MYSQL_DSN),clients,verify)
	@$(MAKE) --no-print-directory build
	@mkdir -p .cache
	@CGO_ENABLED=0 go test -c -vet=off -o .cache/verify.test ./server/docs
	@cd server/docs && CGO_ENABLED=0 ETU_TEST_VERIFY_MYSQL_DSN='$(MYSQL_DSN)' ETU_TEST_VERIFY_REDIS_URL='$(REDIS_URL)' \
	  ../../.cache/verify.test -test.run '^TestVerifierPage$$'

## rapport: the figures of server/docs/RAPPORT.md, measured again
.PHONY: rapport
rapport: stores
	go test -count=1 -vet=off -run '^TestReport$$' ./server/docs -update

## engines: the store suite on Valkey, Redis 6.2 and 8, MySQL 8, where they are found
.PHONY: engines
engines:
	.ci/engines

## check: the fast inner loop: lint, and the tests of every package that start no program
.PHONY: check
check: lint
	go test -short -vet=off -skip '/reel$$' $$(go list ./... | grep -vE '/(server|client|bench|store|testenv)$$')
	go test -short -vet=off -run '^(TestTranscripts|TestCommentsArePlain)$$' -skip '/reel$$' ./server

# With -race they read what the tests compile in any case, and nothing is compiled for them alone.
## lint: vet, staticcheck, gofumpt
.PHONY: lint
lint:
	go vet -race ./client/... ./protocol/...
	go vet -race -tags chaos,profile,broken,cluster ./server/...
	GOBIN='$(CURDIR)/.cache' CGO_ENABLED=0 go install $(STATICCHECK)
	GOFLAGS='$(GOFLAGS) -race' .cache/staticcheck ./...
	@bad=$$(CGO_ENABLED=0 go run $(GOFUMPT) -l .); [ -z "$$bad" ] || { echo "gofumpt: $$bad"; exit 1; }

## race: the races for the last slot and the last article, 200 times
.PHONY: race
race: stores
	ETU_RACE_REPEAT=200 .ci/memory go test -race -count=1 -timeout 60m -run 'Simultaneous' ./server

## chaos: three servers on real stores, one fault after the other, for CHAOS_TIME (10m)
.PHONY: chaos
chaos: stores
	ETU_CHAOS_TIME=$(CHAOS_TIME) .ci/memory go test -tags chaos -race -count=1 -timeout 0 -v -run '^TestChaos' ./server
	.ci/memory go test -tags chaos -count=1 -timeout 0 -v -run '^TestCrowd' ./server
	$(MAKE) --no-print-directory chaos-controls

## chaos-controls: servers that break one rule each: the judge of chaos must see them
.PHONY: chaos-controls
chaos-controls: stores
	.ci/memory go test -tags broken -count=1 -timeout 15m -v -run '^TestControls$$' ./server

## walk: random steps through the screens for WALK_TIME (10m)
.PHONY: walk
walk:
	ETU_WALK_TIME=$(WALK_TIME) go test -count=1 -timeout 0 -v -run '^TestRandomWalk$$' ./client/internal/tui

## cluster: three servers, six Redis, three MariaDB nodes and HAProxy on loopback, until Ctrl+C
.PHONY: cluster
cluster: galera build
	@mkdir -p .cache
	@go test -tags cluster -vet=off -c -o .cache/cluster.test ./server
	@cd server && ETU_TEST_BY_HAND=1 ETU_TEST_REAL=1 ../.ci/memory ../.cache/cluster.test -test.run '^TestClusterByHand$$' -test.timeout 0

## cluster-test: the same under 100 users, one fault after the other, CLUSTER_ROUNDS times (3)
.PHONY: cluster-test
cluster-test: galera
	ETU_CLUSTER_ROUNDS=$(CLUSTER_ROUNDS) ETU_RACE_REPEAT=5 ETU_TEST_REAL=1 .ci/memory \
	  go test -tags cluster -count=1 -timeout 0 -v -run '^TestCluster(Simultaneous|NodesAtOnce|Faults)$$' ./server

## fuzz: every fuzzer for FUZZTIME (60s)
.PHONY: fuzz
fuzz:
	.ci/fuzz $(FUZZTIME)

## bench: speed beside the bare drivers that do the same work; keeps the result
.PHONY: bench
bench: bench-run
	cp .cache/bench.txt server/bench/benchmarks.txt

## bench-check: the same, compared with the kept result (fails over 20 %)
.PHONY: bench-check
bench-check: bench-run
	go run $(BENCHSTAT) -ignore cpu server/bench/benchmarks.txt .cache/bench.txt
	@go run $(BENCHSTAT) -format csv -ignore cpu -filter '/side:server .unit:sec/op' server/bench/benchmarks.txt .cache/bench.txt | \
	  awk -F, '$$1 != "geomean" && $$6 ~ /^[+]/ && $$6+0 > 20 { print "plus lent :", $$1, $$6; bad = 1 } END { exit bad }'

# The sides of a measure take turns: the whole runs BENCH_COUNT times.
.PHONY: bench-run
bench-run: stores
	@-server/bench/flask.py install
	@mkdir -p .cache
	go test -c -o .cache/bench.test ./server/bench
	cd server/bench && { \
	  for i in $$(seq $(BENCH_COUNT)); do \
	    ../../.cache/bench.test -test.run '^$$' -test.bench 'Read|Call|Embedded|Floor|Start|Allocs' -test.benchtime $(BENCH_TIME) $(BENCH_FLAGS); \
	  done; \
	  ../../.cache/bench.test -test.run '^$$' -test.bench 'Scale' -test.benchtime 100x $(BENCH_FLAGS); \
	  ../../.cache/bench.test -test.run '^$$' -test.bench 'Idle|AuthStorm' -test.benchtime 1x $(BENCH_FLAGS); \
	} | tee ../../.cache/bench.txt
	go run $(BENCHSTAT) -filter '/side:(server OR bare OR grouped OR direct OR redis OR hash)' -col /side .cache/bench.txt
	go run $(BENCHSTAT) -filter '/n:(1000 OR large)' -col /n .cache/bench.txt
	grep -E '^Benchmark(Start|Idle|AuthStorm|Floor|Read/Flask)' .cache/bench.txt

## capacity: what each command costs each process, and server/docs/capacite.md from it
.PHONY: capacity
capacity: stores
	@mkdir -p .cache
	go test -c -o .cache/bench.test ./server/bench
	cd server/bench && { \
	  for i in 1 2 3; do \
	    ../../.cache/bench.test -test.run '^$$' -test.bench 'Capacity' -test.benchtime 1s $(BENCH_FLAGS); \
	  done; \
	  ../../.cache/bench.test -test.run '^$$' -test.bench 'Idle' -test.benchtime 1x $(BENCH_FLAGS); \
	} | tee ../../.cache/capacity.txt
	cp .cache/capacity.txt server/bench/capacity.txt
	go test -count=1 -vet=off -run '^TestCapacity$$' ./server/docs -update

## scale: a thousand accounts beside a million, and SCALE_LEDGER rows of the ledger (50 million: 15 GB of disk)
.PHONY: scale
scale: stores
	@mkdir -p .cache
	go test -c -o .cache/bench.test ./server/bench
	cd server/bench && ../../.cache/bench.test -test.run '^$$' -test.bench 'Scale' -test.benchtime 100x \
	  -scale-ledger $(SCALE_LEDGER) $(BENCH_FLAGS) | tee ../../.cache/scale.txt
	cp .cache/scale.txt server/bench/scale.txt
	go test -count=1 -vet=off -run '^TestCapacity$$' ./server/docs -update

## stores: install MariaDB and Redis for the tests, where apt-get can
.PHONY: stores
stores:
	@.ci/stores

# galera adds the cluster of MariaDB.
.PHONY: galera
galera:
	@.ci/stores galera

## screens: pictures of the real program for README.md (tmux), in .github/screens
.PHONY: screens
screens: build
	.ci/screens

## certs: a certificate for this machine, for trying TLS: .certs/cert.pem, key.pem
.PHONY: certs
certs:
	@mkdir -p .certs
	@rm -f .certs/key.pem # the new one is made with mode 0600, an old one would keep its own
	cd .certs && umask 077 && go run "$$(go env GOROOT)/src/crypto/tls/generate_cert.go" --host localhost,127.0.0.1,::1 --ca
	@echo "ETU_TLS_ADDR=127.0.0.1:5891 ETU_TLS_CERT=.certs/cert.pem ETU_TLS_KEY=.certs/key.pem"

## clean: what was built
.PHONY: clean
clean:
	rm -rf $(BIN) $(DIST) .cache

## help: this list
.PHONY: help
help:
	@sed -n 's/^## /  make /p' $(MAKEFILE_LIST)
