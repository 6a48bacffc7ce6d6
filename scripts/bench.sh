#!/usr/bin/env bash
# Measures writes per second with wrk at some numbers of connections: values of 10 and 1,000 bytes, to one node and to all.
# CONNECTIONS="1 16 64", DURATION=5 (seconds a line). Without wrk, paxos bench measures, on all nodes.
# shellcheck source=scripts/cluster.sh
. "$(dirname "$0")/cluster.sh"
help_if_asked "$@"
DURATION=${DURATION:-5} CONNECTIONS=${CONNECTIONS:-1 16 64}
require_count DURATION "$DURATION"
for c in $CONNECTIONS; do require_count CONNECTIONS "$c"; done
find_cluster
paxos status >/dev/null || fail 'Not all nodes are ready. See: make info'
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
row='%-10s %6s %12s %11s %9s %9s %8s\n'

# Each prints a line: writes, microseconds, errors, p50 and p99 in microseconds.
with_wrk() { # URL CONNECTIONS BYTES
  wrk -t 1 -c "$2" -d "${DURATION}s" -s scripts/bench.lua "$1" "$3" | sed -n 's/^result //p'
}

line() { # TARGET CONNECTIONS BYTES RESULT
  local writes micros errors p50 p99
  read -r writes micros errors p50 p99 <<<"$4"
  # shellcheck disable=SC2059
  printf "$row" "$1" "$2" "$3" "$((writes * 1000000 / micros))" "$((p50 / 1000)).$(printf %02d $((p50 % 1000 / 10)))" "$((p99 / 1000)).$(printf %02d $((p99 % 1000 / 10)))" "$errors"
}

if ! command -v wrk >/dev/null; then
  note "wrk is not installed (Debian, Ubuntu: apt-get install wrk; macOS: brew install wrk). paxos bench measures instead, which takes more of the processors."
  for bytes in 10 1000; do
    for c in $CONNECTIONS; do paxos bench --clients "$c" --bytes "$bytes" --seconds "$DURATION"; done
  done
  exit 0
fi
say "wrk, $DURATION s a line, PUT /v1/kv/{key}, on the same machine as the nodes"
# shellcheck disable=SC2059
printf "$bold$row$plain" TO CONNS 'VALUE BYTES' WRITES/S 'P50 MS' 'P99 MS' ERRORS
for bytes in 10 1000; do
  for c in $CONNECTIONS; do line "${names[0]}" "$c" "$bytes" "$(with_wrk "${urls[0]}" "$c" "$bytes")"; done
done
each=$((c / ${#urls[@]} > 0 ? c / ${#urls[@]} : 1))
for i in "${!urls[@]}"; do with_wrk "${urls[i]}" "$each" 10 >"$work/all.$i" & done
wait
line 'all nodes' "$((each * ${#urls[@]}))" 10 "$(awk '{ w += $1; u = $2 > u ? $2 : u; e += $3; a = $4 > a ? $4 : a; b = $5 > b ? $5 : b } END { printf "%d %d %d %d %d\n", w, u, e, a, b }' "$work"/all.*)"
say "(for all nodes, P50 and P99 are those of the slowest node)"
good "Measured. The nodes' logs are still equal? make diff"
