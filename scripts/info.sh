#!/usr/bin/env bash
# Shows the running cluster: each node's role, ballot, indexes and sizes, and where its data and logs are.
# shellcheck source=scripts/cluster.sh
. "$(dirname "$0")/cluster.sh"
help_if_asked "$@"
find_cluster
paxos info
[ -z "$console" ] || [ "$engine" = processes ] || say "console  $console  container $(container_of web)"
volume_of() { docker inspect -f '{{range .Mounts}}{{if eq .Destination "/data"}}{{.Name}}{{end}}{{end}}' "$(container_of "$1")" 2>/dev/null || printf '%s' -; }

if [ "$engine" = containers ]; then
  for name in "${names[@]}"; do
    say "$name  container $(container_of "$name")  data $(volume_of "$name")  printed logs $(log_directory "$name")"
  done
  say "output of a node: docker logs CONTAINER"
  say "they end with: make stop"
elif pid=$(provisioned_pid); then
  say "started by make provision (process $pid; its output: $RUN.log); it ends with: make stop"
fi
