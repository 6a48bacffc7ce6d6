#!/usr/bin/env bash
# Shows the running cluster: each node's role, leader, ballot and indexes, and where its data and logs are.
# shellcheck source=scripts/cluster.sh
. "$(dirname "$0")/cluster.sh"
help_if_asked "$@"
require_cluster

case $engine in
  containers) say "${bold}Containers of the compose project '$PROJECT'${plain}" ;;
  *) say "${bold}Processes of the launcher${plain}" ;;
esac
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
  printf "$row" "$(field node "$json")" "${urls[i]}" "$(field role "$json")" "$(field leader "$json")" "$(ballot "$json")" \
    "$(field commitIndex "$json")" "$(field appliedIndex "$json")" "$(field revision "$json")" "$(field keys "$json")" "$ready"
done
say
case $engine in
  containers)
    say "data   volumes ${PROJECT}_node0-data …, mounted at /data in each container"
    say "logs   /log/print writes to $(log_directory node0) …; output of the nodes: docker logs"
    say "stop   make stop"
    ;;
  *)
    say "data   $DATA/node0-data …"
    say "logs   $(log_directory node0) …: printed logs and each node's output"
    if pid=$(provisioned_pid); then say "stop   make stop   (process $pid; its output: $RUN.log)"; fi
    ;;
esac
[ "$down" -eq 0 ] || note "$down of ${#urls[@]} nodes do not answer. The launcher and compose restart a node that died; if it stays down, read its log."
