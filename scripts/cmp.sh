#!/usr/bin/env bash
# Compares the log files that 'make logs' printed (log1, or NAME) line by line, from the first slot that none of the nodes had dropped;
# fails and shows the first difference where they differ.
# shellcheck source=scripts/cluster.sh
. "$(dirname "$0")/cluster.sh"
help_if_asked "$@"
NAME=${NAME:-log1}
find_cluster
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for i in "${!names[@]}"; do
  copy_log "${names[i]}" "$NAME" "$work/${names[i]}" || fail "There is no printed log of ${names[i]} at $(log_directory "${names[i]}")/$NAME. Print it: make logs"
  printf '%-7s %8d lines\n' "${names[i]}" "$(wc -l <"$work/${names[i]}")"
done

# A file may begin with '# slots 1 to N are truncated'; a node drops them when it likes.
truncated=$(sed -n 's/^# slots 1 to \([0-9]*\) are truncated$/\1/p' "${names[@]/#/$work/}" | sort -n | tail -n 1)
for name in "${names[@]}"; do
  awk -v truncated="${truncated:--1}" '!/^# slots / && $1 + 0 > truncated + 0' "$work/$name" >"$work/kept"
  mv "$work/kept" "$work/$name"
done
for name in "${names[@]:1}"; do
  if ! cmp -s "$work/${names[0]}" "$work/$name"; then
    diff "$work/${names[0]}" "$work/$name" | head -n 4 | cut -c 1-200 || true
    fail "The logs of ${names[0]} (<) and $name (>) differ; the first difference is above. If something writes to the cluster, stop it and try again: make logs cmp"
  fi
done
compared=$(wc -l <"$work/${names[0]}")
[ "$compared" -gt 0 ] || fail "There is no slot that all printed logs hold: some node had dropped all through slot $truncated. Print them while nothing writes: make logs cmp"
if [ -n "$truncated" ]; then
  good "The ${#names[@]} printed logs are equal in the $compared slots after $truncated; up to there some node had dropped its log. For the state that stands for them: make diff"
else
  good "The ${#names[@]} printed logs are equal."
fi
