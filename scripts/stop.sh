#!/usr/bin/env bash
# Ends what provision started, processes and containers; data stays.
# shellcheck source=scripts/cluster.sh
. "$(dirname "$0")/cluster.sh"
help_if_asked "$@"
stopped=''

if pid=$(provisioned_pid); then
  say "Stopping the processes…"
  kill -TERM "$pid"
  for ((i = 0; i < 300; i++)); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
  if kill -0 "$pid" 2>/dev/null; then fail "The launcher (process $pid) did not end within 30 s. See $RUN.log; to force it: kill -9 $pid"; fi
  stopped=yes
fi
rm -f "$RUN.pid"

if containers_run; then
  say "Stopping the containers…"
  # shellcheck disable=SC2119
  compose_down
  stopped=yes
fi

if [ -n "$stopped" ]; then
  good "The cluster is stopped; its data stays. To start it again: make provision. To delete its data: make clean"
elif launched; then
  note "Nothing of provision's runs. A cluster that was started by hand runs in $DATA: end it with Ctrl+C in its terminal, or: kill $(field launcherPid "$cluster_json")"
else
  say "No cluster is running."
fi
