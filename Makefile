# The targets that GoPaxos has, on the running cluster. `make help` describes them; docs/operations.md says more.
.DEFAULT_GOAL := help
.PHONY: all build docker provision info requests request logs diff cmp crash stop clean test soak bench help
.NOTPARALLEL:

CONFIGURATION ?= Release
export ENDPOINTS ENGINE NODES DATA PORT_BASE FRESH CONFIGURATION CLIENTS N NAME ROUNDS PAUSE CONNECTIONS DURATION MINUTES PAXOS

all: build provision ## build, then provision: containers where an engine runs; else it says what is missing and starts processes

build: ## build the solution
	dotnet build -c $(CONFIGURATION) -v q --nologo

docker: ## build the container images
	@scripts/image.sh

provision: ## start a cluster and its console in the background and wait until it is ready (make provision 5, or NODES=5, for five nodes)
	@scripts/provision.sh

info: ## nodes, roles, leader, ballot, indexes, and where data and logs are
	@scripts/info.sh

requests: ## three clients in parallel, 1,000 random sets each (CLIENTS, N)
	@scripts/requests.sh

request: ## one client, 1,000 random sets
	@CLIENTS=1 scripts/requests.sh

logs: ## a no-op on each node, then print each node's log to a file
	@scripts/logs.sh

diff: ## compare the nodes, by hash and slot by slot; fails when they differ
	@scripts/diff.sh

cmp: ## compare the printed log files (make logs); fails when they differ
	@scripts/cmp.sh

crash: ## crash each node in turn under load, read every acknowledged write back, compare the logs (ROUNDS, PAUSE)
	@scripts/crash.sh

stop: ## end what provision started; the data stays
	@scripts/stop.sh

clean: ## stop, and remove data, logs, containers, volumes and network
	@scripts/clean.sh

test: ## run the tests
	dotnet test

soak: ## random faults on three containers under load, checked round by round (MINUTES)
	@scripts/soak.sh

bench: ## writes per second at some numbers of connections, with wrk (CONNECTIONS, DURATION)
	@scripts/bench.sh

help: ## this list
	@scripts/help.sh $(firstword $(MAKEFILE_LIST))

# `make provision 5`, as GoPaxos has it: a number after provision is the number of nodes.
ifeq ($(firstword $(MAKECMDGOALS)),provision)
  COUNT := $(word 2,$(MAKECMDGOALS))
  ifneq ($(COUNT),)
    NODES := $(COUNT)
    .PHONY: $(COUNT)
    $(COUNT): ; @:
  endif
endif
