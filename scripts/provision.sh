#!/usr/bin/env bash
# Starts a cluster in the background and waits until every node is ready: containers where an engine runs (three nodes), else processes.
# ENGINE=containers|processes forces one, NODES=5 the size, PORT_BASE=9000 other ports, DATA=DIR another data folder (the last three:
# processes), FRESH=1 deletes what an earlier cluster left.
# shellcheck source=scripts/cluster.sh
. "$(dirname "$0")/cluster.sh"
help_if_asked "$@"
asked=${NODES:-}${PORT_BASE:-} fresh=${FRESH:-}
NODES=${NODES:-3} CONFIGURATION=${CONFIGURATION:-Release}
require_count NODES "$NODES"
unset ENDPOINTS

choose_engine() {
  case ${ENGINE:-} in
    processes) ;;
    containers)
      require_engine
      [ "$NODES" -eq 3 ] || fail "docker-compose.yaml describes three nodes. For $NODES use processes: make provision ENGINE=processes NODES=$NODES"
      ;;
    '')
      ENGINE=processes
      if [ "$NODES" -eq 3 ] && [ -z "${PORT_BASE:-}" ]; then
        missing=$(engine_missing)
        if [ -z "$missing" ]; then ENGINE=containers; else note "Without containers, since $missing (on Debian, eng/ensure-docker.sh as root brings an engine): the nodes become processes of this machine."; fi
      fi
      ;;
    *) fail "ENGINE is '$ENGINE'; it must be containers or processes." ;;
  esac
}

with_containers() {
  [ -z "${PORT_BASE:-}" ] || note "PORT_BASE is for processes; containers publish the ports of docker-compose.yaml."
  if [ -n "$fresh" ]; then compose_down -v; rm -rf logs/node[0-9]*; fi
  require_base_images
  eng/compose-env.sh
  mkdir -p "$(dirname "$RUN")"
  say "Building the images…"
  compose build node0 web >"$RUN.log" 2>&1 || { cat "$RUN.log"; fail "The images could not be built: see above. Without containers: make provision ENGINE=processes"; }
  say "Starting three nodes and the console in containers…"
  compose up -d --remove-orphans >"$RUN.log" 2>&1 || { cat "$RUN.log"; fail "The containers did not start: see above. Without containers: make provision ENGINE=processes"; }
}

with_processes() {
  local arguments=(--data "$DATA" --nodes "$NODES") pid
  command -v dotnet >/dev/null || fail "dotnet is not installed: https://dotnet.microsoft.com/download (version 10)."
  if launched; then fail "A cluster that was started by hand runs in $DATA already (process $(field launcherPid "$cluster_json")). End it with Ctrl+C in its terminal, or use it: make info"; fi
  [ -z "${PORT_BASE:-}" ] || arguments+=(--port-base "$PORT_BASE")
  [ -z "$fresh" ] || arguments+=(--fresh)
  mkdir -p "$(dirname "$RUN")"
  say "Building…"
  dotnet build AspirePaxos.AppHost -c "$CONFIGURATION" -v q --nologo >"$RUN.log" 2>&1 || { cat "$RUN.log"; fail "The build failed: see above."; }
  say "Starting $NODES nodes…"
  set -m # A process group of its own: Ctrl+C in this terminal does not end the cluster.
  nohup dotnet run --project AspirePaxos.AppHost -c "$CONFIGURATION" --no-build -- "${arguments[@]}" >"$RUN.log" 2>&1 </dev/null &
  pid=$!
  set +m
  printf '%s\n' "$pid" >"$RUN.pid"
}

await_ready() { # SECONDS
  local end=$((SECONDS + $1)) i waiting
  while :; do
    if [ "$ENGINE" = processes ] && ! provisioned_pid >/dev/null; then
      tail -n 20 "$RUN.log"
      rm -f "$RUN.pid"
      fail "The cluster did not start: its output is above ($RUN.log). With make, its options are NODES=5, DATA=DIR, PORT_BASE=9000 and FRESH=1."
    fi
    waiting='the launcher'
    if [ "$ENGINE" = containers ] || launched || grep -qi 'dashboard' "$RUN.log"; then
      find_cluster
      waiting=''
      for i in "${!urls[@]}"; do ready "${urls[i]}" || waiting="$waiting ${names[i]}"; done
      [ -n "$waiting" ] || break
    fi
    [ "$SECONDS" -lt "$end" ] || fail "Not ready after $1 s:$waiting. See: make info, and $([ "$ENGINE" = containers ] && printf 'docker logs of the containers' || printf '%s' "$RUN.log")"
    progress "waiting for$waiting"
    sleep 0.3
  done
  progress ''
}

if [ "${ENGINE:-processes}" = processes ] && pid=$(provisioned_pid); then
  ENGINE=processes running="as processes ($pid)"
elif [ "${ENGINE:-containers}" = containers ] && containers_run; then
  ENGINE=containers running='in containers'
fi
if [ -z "${running:-}" ]; then
  choose_engine
  "with_$ENGINE"
elif [ -n "$asked$fresh" ]; then
  fail "A cluster runs already, $running. Stop it before starting another: make stop"
else
  say "The cluster runs already, $running."
fi
await_ready 60
[ -z "$console" ] || say "Console  $console"
good "${#urls[@]} nodes are ready: ${urls[*]}"
say "Try:   curl ${urls[1]}/store/set/hello/world ; curl ${urls[2]}/store/get/hello ; make info"
