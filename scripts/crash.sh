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

crash() { # INDEX
  local before answer started code=0
  before=$(acknowledged)
  answer=$(curl -s -o /dev/null -w '%{http_code}' --max-time 10 "${urls[$1]}/crash") || code=$?
  if [ "$code" -eq 0 ]; then
    fail "${names[$1]} answered /crash with $answer instead of crashing: its setting Paxos__EnableCrashEndpoint is off. The launcher and docker-compose.override.yaml set it: make stop provision"
  fi
  started=$(milliseconds)
  sleep 0.2
  progress "${names[$1]} crashed"
  wait_ready "${urls[$1]}" 60 || fail "${names[$1]} crashed and is not back after 60 s. See its log: make info"
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
  url=${url#*/store/set/} from=${urls[i++ % ${#urls[@]}]}
  printf '%s 200 %s/store/get/%s\n' "${url#*/}" "$from" "${url%%/*}" >&3
  printf 'url = "%s/store/get/%s"\n' "$from" "${url%%/*}"
done 3>"$work/expected" >"$work/reads"
curl -s --max-time 30 -w ' %{http_code} %{url_effective}\n' -K "$work/reads" >"$work/read" || true
sort "$work/expected" >"$work/expected.sorted"
sort "$work/read" | comm -23 "$work/expected.sorted" - >"$work/missing"
if [ -s "$work/missing" ]; then
  head -n 5 "$work/missing"
  fail "$(wc -l <"$work/missing") acknowledged writes could not be read back; the first are above, as value, status and address expected. The cluster is left as it is."
fi
good "All $(wc -l <"$work/expected") acknowledged writes are readable."
scripts/diff.sh
