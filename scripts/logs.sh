#!/usr/bin/env bash
# A no-op on each node, so that each has learned everything before it, then prints each node's log as the file log1 (or NAME).
# shellcheck source=scripts/cluster.sh
. "$(dirname "$0")/cluster.sh"
help_if_asked "$@"
NAME=${NAME:-log1}
require_all_ready
for url in "${urls[@]}"; do
  curl -sf -o /dev/null --max-time 15 "$url/store/nop" || fail "$url did not complete a no-op. See: make info"
done
wait_level 15 || note "Writes go on while the logs are printed, so that one may be longer than another: $level_problem."
for i in "${!urls[@]}"; do
  answer=$(curl -s --max-time 60 "${urls[i]}/log/print/$NAME") || fail "${names[i]} did not answer."
  [ -n "$(field FileName "$answer")" ] || fail "${names[i]} did not print its log: $answer"
  say "${names[i]}  $(log_directory "${names[i]}")/$NAME"
done
good "${#urls[@]} logs are printed up to slot $through. Compare them: make cmp"
