#!/usr/bin/env bash
# Lists the targets of a Makefile with the text after their '##'.
# shellcheck source=scripts/cluster.sh
. "$(dirname "$0")/cluster.sh"
help_if_asked "$@"
say "usage: make TARGET [VARIABLE=value …]"
say
while IFS= read -r line; do
  if [[ $line =~ ^([a-z]+):.*'## '(.*)$ ]]; then printf '  %s%-10s%s %s\n' "$bold" "${BASH_REMATCH[1]}" "$plain" "${BASH_REMATCH[2]}"; fi
done <"${1:-Makefile}"
cat <<'TEXT'

A first round:  make all requests logs diff crash stop

  ENGINE=containers|processes   containers where an engine runs, else processes
  ENDPOINTS=URL,URL,…           another cluster than the one found here (default http://127.0.0.1:8000 to 8002)
  NODES=5  PORT_BASE=9000  DATA=DIR  FRESH=1   for provision: size, ports, data folder, start without old data
TEXT
