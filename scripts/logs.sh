#!/usr/bin/env bash
# A no-op on each node, so that each has learned everything before it, then prints each node's log as the file log1 (or NAME).
# shellcheck source=scripts/cluster.sh
. "$(dirname "$0")/cluster.sh"
help_if_asked "$@"
NAME=${NAME:-log1}
find_cluster
paxos logs --name "$NAME"
if [ "$engine" = containers ]; then say "They are in logs/NODE/$NAME."; fi
say "To compare the files: make cmp"
