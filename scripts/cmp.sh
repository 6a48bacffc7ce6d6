#!/usr/bin/env bash
# Compares the log files that 'make logs' printed (log1, or NAME) line by line; fails and shows the first difference where they differ.
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
for name in "${names[@]:1}"; do
  if ! cmp -s "$work/${names[0]}" "$work/$name"; then
    diff "$work/${names[0]}" "$work/$name" | head -n 4 | cut -c 1-200 || true
    fail "The logs of ${names[0]} (<) and $name (>) differ; the first difference is above. If something writes to the cluster, stop it and try again: make logs cmp"
  fi
done
good "The ${#names[@]} printed logs are equal."
