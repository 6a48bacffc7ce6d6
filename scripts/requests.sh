#!/usr/bin/env bash
# Random sets by CLIENTS clients in parallel (default 3), N sets each (default 1000), each client at a node of its own.
# Fails where a set is not acknowledged.
# shellcheck source=scripts/cluster.sh
. "$(dirname "$0")/cluster.sh"
help_if_asked "$@"
CLIENTS=${CLIENTS:-3} N=${N:-1000}
require_count CLIENTS "$CLIENTS"
require_count N "$N"
require_cluster
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT

client() { # NUMBER
  local url=${urls[$1 % ${#urls[@]}]} n
  for ((n = 0; n < N; n++)); do
    printf 'url = "%s/store/set/key-%d/%d"\noutput = "/dev/null"\n' "$url" $((RANDOM % 1000)) $((RANDOM * 32768 + RANDOM))
  done >"$work/config.$1"
  # Milliseconds are taken from the seconds' decimals: no floating point in the shell.
  curl -s --max-time 30 -w '%{http_code} %{time_total}\n' -K "$work/config.$1" >"$work/done.$1" || true
}

total=$((CLIENTS * N))
say "$CLIENTS client(s), $N random sets each, to ${urls[*]}"
started=$(milliseconds)
pids=()
for ((c = 0; c < CLIENTS; c++)); do : >"$work/done.$c"; client "$c" & pids+=($!); done
while [ -n "$(jobs -rp)" ]; do
  progress "$(cat "$work"/done.* | wc -l) of $total"
  sleep 0.3
done
wait "${pids[@]}"
elapsed=$(($(milliseconds) - started))
progress ''

acknowledged=$(cat "$work"/done.* | grep -c '^200 ' || true)
for ((c = 0; c < CLIENTS; c++)); do
  printf 'client %d  %s  %d of %d acknowledged\n' "$c" "${urls[c % ${#urls[@]}]}" "$(grep -c '^200 ' "$work/done.$c" || true)" "$N"
done
median=$(cat "$work"/done.* | cut -d' ' -f2 | sort -n | sed -n "$(((total + 1) / 2))p")
slowest=$(cat "$work"/done.* | cut -d' ' -f2 | sort -n | tail -n 1)
say "$acknowledged sets in $((elapsed / 1000)).$(printf %03d $((elapsed % 1000))) s, $((acknowledged * 1000 / (elapsed + 1))) per second; median ${median} s, slowest ${slowest} s"
if [ "$acknowledged" -eq "$total" ]; then
  good "All $total sets are acknowledged."
else
  cat "$work"/done.* | grep -v '^200 ' | cut -d' ' -f1 | sort | uniq -c | while read -r count code; do
    case $code in
      000) note "$count had no answer (the node is down, or 30 s went by)" ;;
      429 | 503) note "$count were refused with $code and not proposed: they may be sent again" ;;
      504) note "$count ended with 504: whether they took effect is unknown" ;;
      *) note "$count ended with $code" ;;
    esac
  done
  fail "$((total - acknowledged)) of $total sets are not acknowledged. See: make info"
fi
