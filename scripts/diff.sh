#!/usr/bin/env bash
# Compares the logs of all nodes slot by slot over HTTP, and the hashes of their states, which stand for the slots that a node has dropped;
# fails and shows the first difference where they differ, or where a node cannot be asked.
# shellcheck source=scripts/cluster.sh
. "$(dirname "$0")/cluster.sh"
help_if_asked "$@"
PAGE=${PAGE:-1000}
require_all_ready
require_level
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# One line a slot. Texts within JSON escape their quotes, so that '{"slot":' only ever begins a slot. The ballot under which a replica
# keeps a slot may differ from another's: it is what was chosen that must be equal.
slots() { # URL FROM
  curl -sf --max-time 30 "$1/v1/log?from=$2&limit=$PAGE" >"$work/page" || return 1
  awk -v through="$through" '
    { text = text $0 }
    END {
      sub(/\],"next":[^"]*$/, "", text)
      count = split(text, part, /\{"slot":/)
      for (i = 2; i <= count; i++) {
        if (part[i] + 0 > through) break
        sub(/"ballot":(\{[^}]*\}|"[^"]*"|null),/, "", part[i])
        sub(/,?$/, "", part[i])
        print "{\"slot\":" part[i]
      }
    }' "$work/page"
}

highest_truncated
from=$((truncated + 1)) first=$((truncated + 1)) compared=0
while [ "$from" -le "$through" ]; do
  for i in "${!urls[@]}"; do
    slots "${urls[i]}" "$from" >"$work/$i" || fail "${names[i]} did not give its log from slot $from. See: make info"
  done
  # Asked after the pages: what a node drops between them is no difference. What was compared before that stays compared.
  highest_truncated
  if [ "$truncated" -ge "$from" ]; then
    from=$((truncated + 1))
    if [ "$compared" -eq 0 ]; then first=$from; fi
    continue
  fi
  for i in "${!urls[@]}"; do
    if ! cmp -s "$work/0" "$work/$i"; then
      diff "$work/0" "$work/$i" | head -n 4 | cut -c 1-200 || true
      fail "The logs of ${names[0]} (<) and ${names[i]} (>) differ; the first difference is above."
    fi
  done
  [ -s "$work/0" ] || fail "No node gave a slot from $from on, although $through are chosen."
  last=$(tail -n 1 "$work/0")
  compared=$((compared + $(wc -l <"$work/0"))) last=${last#'{"slot":'}
  from=$((${last%%,*} + 1))
  progress "slot $((from - 1)) of $through"
done
progress ''
compare_states
before=''
if [ "$truncated" -gt 0 ]; then before=" Slots 1 to $truncated are dropped on some node: the state stands for them."; fi
good "The logs of ${#urls[@]} nodes are equal in all $compared slots $(if [ "$compared" -eq 0 ]; then printf 'that all keep'; else printf 'that all keep from %s' "$first"; fi) to $through, and so are their states after it (hash $state_hash).$before"
