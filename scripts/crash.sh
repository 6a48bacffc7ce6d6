#!/usr/bin/env bash
# Crashes each node in turn, ROUNDS times (default 1), while three clients write; then reads every acknowledged write back
# and compares the logs. Fails where an acknowledged write is missing or the logs differ. PAUSE seconds (default 3) between crashes.
# shellcheck source=scripts/cluster.sh
. "$(dirname "$0")/cluster.sh"
help_if_asked "$@"
find_cluster
paxos crash --rounds "${ROUNDS:-1}" --pause "${PAUSE:-3}" --clients 3
