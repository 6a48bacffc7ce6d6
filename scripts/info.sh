#!/usr/bin/env bash
# Shows the running cluster: each node's role, leader, ballot and indexes, and where its data and logs are.
# shellcheck source=scripts/cluster.sh
. "$(dirname "$0")/cluster.sh"
help_if_asked "$@"
require_cluster

case $engine in
  containers) say "${bold}Containers${plain}" ;;
  *) say "${bold}Processes of the launcher${plain}" ;;
esac
or_dash() { printf '%s' "${1:--}"; }
volume_of() { docker inspect -f '{{range .Mounts}}{{if eq .Destination "/data"}}{{.Name}}{{end}}{{end}}' "$(container_of "$1")" 2>/dev/null || printf '%s' -; }

row='%-7s %-23s %-10s %-8s %-12s %8s %8s %9s %8s  %s\n'
# shellcheck disable=SC2059
printf "$bold$row$plain" NODE URL ROLE LEADER BALLOT COMMIT APPLIED REVISION KEYS READY
down=0
for i in "${!urls[@]}"; do
  json=$(status "${urls[i]}")
  if [ -z "$json" ]; then
    down=$((down + 1))
    # shellcheck disable=SC2059
    printf "$red$row$plain" "${names[i]}" "${urls[i]}" down - - - - - - no
    continue
  fi
  if ready "${urls[i]}"; then ready=yes; else ready=no; fi
  # shellcheck disable=SC2059
  printf "$row" "$(field node "$json")" "${urls[i]}" "$(field role "$json")" "$(or_dash "$(field leader "$json")")" "$(or_dash "$(ballot "$json")")" \
    "$(field commitIndex "$json")" "$(field appliedIndex "$json")" "$(field revision "$json")" "$(field keys "$json")" "$ready"
done
say
case $engine in
  containers)
    for name in "${names[@]}"; do
      say "$name  container $(container_of "$name")  data $(volume_of "$name")  printed logs $(log_directory "$name")"
    done
    say "output of a node: docker logs CONTAINER"
    say "they end with: make stop"
    ;;
  *)
    for name in "${names[@]}"; do say "$name  data $DATA/$name-data  printed logs $(log_directory "$name")  output $(log_directory "$name").log"; done
    if pid=$(provisioned_pid); then say "started by make provision (process $pid; its output: $RUN.log); it ends with: make stop"; fi
    ;;
esac
[ "$down" -eq 0 ] || note "$down of ${#urls[@]} nodes do not answer. The launcher and compose restart a node that died; if it stays down, read its log."
