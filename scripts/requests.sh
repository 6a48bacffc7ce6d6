#!/usr/bin/env bash
# Random sets by CLIENTS clients in parallel (default 3), N sets each (default 1000), each client at a node of its own.
# Fails where a set is not acknowledged.
# shellcheck source=scripts/cluster.sh
. "$(dirname "$0")/cluster.sh"
help_if_asked "$@"
find_cluster
paxos request --clients "${CLIENTS:-3}" --count "${N:-1000}"
