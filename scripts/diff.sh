#!/usr/bin/env bash
# Compares the nodes over HTTP: the hashes of their states, then their logs slot by slot; fails and shows the first difference where they
# differ, or where a node cannot be asked.
# shellcheck source=scripts/cluster.sh
. "$(dirname "$0")/cluster.sh"
help_if_asked "$@"
find_cluster
paxos diff
