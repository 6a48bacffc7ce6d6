#!/usr/bin/env bash
# Crashes each node in turn, ROUNDS times (default 1), while three clients write; then reads every acknowledged write back
# and compares the logs. Fails where an acknowledged write is missing or the logs differ. PAUSE seconds (default 3) between crashes.
# shellcheck source=scripts/cluster.sh
. "$(dirname "$0")/cluster.sh"
help_if_asked "$@"
ROUNDS=${ROUNDS:-1} PAUSE=${PAUSE:-3} CLIENTS=3
require_count ROUNDS "$ROUNDS"
require_all_ready
work=$(mktemp -d)
trap 'touch "$work/stop"; wait; rm -rf "$work"' EXIT
run=crash-$(date +%s)

# Writes new keys until told to stop; goes on to the next node whenever one does not answer as it should.
client() { # NUMBER
  local at=$1 n=0 url batch
  while [ ! -e "$work/stop" ]; do
    url=${urls[at % ${#urls[@]}]}
    for ((batch = 0; batch < 20; batch++, n++)); do
      printf 'url = "%s/store/set/%s-%d-%d/%d"\noutput = "/dev/null"\n' "$url" "$run" "$1" "$n" $((RANDOM * 32768 + RANDOM))
    done >"$work/config.$1"
    curl -s --max-time 10 -w '%{http_code} %{url_effective}\n' -K "$work/config.$1" >"$work/batch.$1" || true
    cat "$work/batch.$1" >>"$work/written.$1"
    if grep -qv '^200 ' "$work/batch.$1"; then at=$((at + 1)); sleep 0.1; fi
  done
}

acknowledged() { cat "$work"/written.* | grep -c '^200 ' || true; }

starts() { field bootCounter "$(status "${urls[$1]}")"; }

crash() { # INDEX
  local before counted answer started end
  before=$(acknowledged) counted=$(starts "$1")
  answer=$(curl -s -o /dev/null -w '%{http_code}' --max-time 5 "${urls[$1]}/crash") || true
  [ "$answer" != 404 ] ||
    fail "${names[$1]} has no /crash: its setting Paxos__EnableCrashEndpoint is off. The launcher and docker-compose.override.yaml set it: make stop provision"
  started=$(milliseconds) end=$((SECONDS + 60))
  progress "${names[$1]} crashed"
  # A node that answers may be one that never died: it counts its starts.
  until [ "$(starts "$1" || true)" -gt "$counted" ] 2>/dev/null && ready "${urls[$1]}"; do
    [ "$SECONDS" -lt "$end" ] || fail "${names[$1]} did not crash and come back within 60 s (/crash answered $answer; start $counted before, $(starts "$1") now). See its log: make info"
    sleep 0.1
  done
  progress ''
  say "${names[$1]} crashed and is back after $(($(milliseconds) - started)) ms; $(($(acknowledged) - before)) writes were acknowledged meanwhile"
}

say "$CLIENTS clients write to ${urls[*]} while each node crashes, $ROUNDS time(s)"
for ((c = 0; c < CLIENTS; c++)); do : >"$work/written.$c"; client "$c" & done
sleep "$PAUSE"
for ((round = 1; round <= ROUNDS; round++)); do
  for i in "${!urls[@]}"; do crash "$i"; sleep "$PAUSE"; done
done
touch "$work/stop"
wait
say "$(acknowledged) writes acknowledged, $(cat "$work"/written.* | grep -cv '^200 ' || true) not (no answer, refused, or outcome unknown)"

require_all_ready
i=0
cat "$work"/written.* | while read -r code url; do
  [ "$code" = 200 ] || continue
  node=$((i++ % ${#urls[@]})) url=${url#*/store/set/}
  from=${urls[node]}/store/get/${url%%/*}
  printf '%s 200 %s\n' "${url#*/}" "$from" >>"$work/expected"
  printf 'url = "%s"\n' "$from" >>"$work/reads.$node"
done
[ -s "$work/expected" ] || fail "No write was acknowledged, so that there is nothing to check. See: make info"
pids=()
for reads in "$work"/reads.*; do
  curl -s --max-time 30 -w ' %{http_code} %{url_effective}\n' -K "$reads" >"${reads/reads./read.}" & pids+=($!)
done
wait "${pids[@]}" || true
sort "$work/expected" >"$work/expected.sorted"
sort "$work"/read.* | comm -23 "$work/expected.sorted" - >"$work/missing"
if [ -s "$work/missing" ]; then
  head -n 5 "$work/missing"
  fail "$(wc -l <"$work/missing") acknowledged writes could not be read back; the first are above, as value, status and address expected. The cluster is left as it is."
fi
good "All $(wc -l <"$work/expected") acknowledged writes are readable."
scripts/diff.sh
