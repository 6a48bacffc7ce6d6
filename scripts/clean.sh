#!/usr/bin/env bash
# Stops the cluster and removes what it left: data, logs, containers, volumes and network of ours; nothing else.
# shellcheck source=scripts/cluster.sh
. "$(dirname "$0")/cluster.sh"
help_if_asked "$@"
scripts/stop.sh
if launched; then fail "The data in $DATA is in use: stop that cluster first."; fi

if engine_runs && compose_there; then
  compose_down -v
elif command -v docker >/dev/null; then
  note "The container engine does not run (or compose is missing): containers and volumes, if there are any, stay. Start it and repeat: make clean"
fi

# The launcher marks its folder with launcher.json and takes over no other; only what it makes is removed here.
if [ -f "$DATA/launcher.json" ]; then
  rm -rf "$DATA"/node[0-9]*-data "$DATA/logs"
  rm -f "$DATA"/{cluster,secrets,launcher}.json "$DATA"/{cluster,secrets,launcher}.json.new "$DATA/launcher.lock"
  rmdir "$DATA" 2>/dev/null || note "$DATA holds something that is not ours; it stays."
fi
rm -rf logs/node[0-9]*
rm -f "$RUN.log" "$RUN.pid"
rmdir logs 2>/dev/null || true
good "Clean."
