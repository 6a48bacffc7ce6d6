# shellcheck shell=bash disable=SC2034
# Sourced by the scripts beside it: finds the running cluster, asks its nodes, and talks to the user.
set -euo pipefail
cd -P "$(dirname "${BASH_SOURCE[0]}")/.."

DATA=${DATA:-.paxos}
RUN=logs/provision                                   # .log and .pid of what provision started as processes

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
  bold=$'\e[1m' red=$'\e[31m' green=$'\e[32m' yellow=$'\e[33m' plain=$'\e[0m'
else
  bold='' red='' green='' yellow='' plain=''
fi

say()  { printf '%s\n' "$*"; }
note() { printf '%s%s%s\n' "$yellow" "$*" "$plain" >&2; }
good() { printf '%s%s%s\n' "$green" "$*" "$plain"; }
fail() { printf '%s%s%s\n' "$red" "$*" "$plain" >&2; exit 1; }

# A line that is overwritten by the next one; nothing where the output is not a terminal.
progress() { [ -t 1 ] || return 0; printf '\r\e[K%s' "$*"; }

# The comment at the top of the calling script is its help.
help_if_asked() {
  case ${1:-} in -h | --help) ;; *) return 0 ;; esac
  while read -r line; do
    case $line in '#!'* | '# shellcheck'*) ;; '#'*) line=${line#\#}; say "${line# }" ;; *) break ;; esac
  done <"$0"
  exit 0
}

require_count() { # NAME VALUE
  case $2 in '' | *[!0-9]* | 0) fail "$1 is '$2'; it must be a whole number above 0." ;; esac
}

# ---- JSON, as far as these scripts need it: the first member of that name, a text, number or truth value

field() { # NAME JSON
  local text="\"$1\": ?\"([^\"]*)\"" other="\"$1\": ?([^]\" ,{}[]+)"
  if [[ ($2 =~ $text || $2 =~ $other) && ${BASH_REMATCH[1]} != null ]]; then printf '%s' "${BASH_REMATCH[1]}"; fi
}

# ---- Containers or processes

# The image says from which commit it was built.
compose() {
  export REVISION=${REVISION:-$(git rev-parse HEAD 2>/dev/null || printf unknown)}
  if docker compose version >/dev/null 2>&1; then docker compose "$@"; else docker-compose "$@"; fi
}

# Without the secret compose would not even read its file. What it prints is worth reading only where it fails.
compose_down() {
  local output
  output=$(CLUSTER_SECRET=${CLUSTER_SECRET:-not-needed-to-stop} compose down --remove-orphans "$@" 2>&1) || fail "$output"
}

engine_runs()    { command -v docker >/dev/null && docker info >/dev/null 2>&1; }
compose_there()  { docker compose version >/dev/null 2>&1 || command -v docker-compose >/dev/null; }
containers_run() { [ -n "$(container_of '')" ]; }

# The running containers that compose made from this folder, of one service or of all.
container_of() { # SERVICE
  command -v docker >/dev/null || return 0
  docker ps -q --filter "label=com.docker.compose.project.working_dir=$PWD" ${1:+--filter "label=com.docker.compose.service=$1"} 2>/dev/null || true
}

is_launcher() { [ -n "$1" ] && kill -0 "$1" 2>/dev/null && [[ $(ps -o args= -p "$1") == *AspirePaxos.AppHost* ]]; }

provisioned_pid() { # prints the process that provision started, where it still runs
  local pid
  [ -r "$RUN.pid" ] || return 1
  pid=$(<"$RUN.pid")
  is_launcher "$pid" && printf '%s' "$pid"
}

# What the launcher says runs in $DATA; it removes that file when it ends, but not when it is killed.
launched() {
  [ -r "$DATA/cluster.json" ] || return 1
  cluster_json=$(tr -d '\n' <"$DATA/cluster.json")
  is_launcher "$(field launcherPid "$cluster_json")"
}

# What is missing to run containers; nothing where they can run.
engine_missing() {
  if ! command -v docker >/dev/null; then say 'docker is not installed'
  elif ! engine_runs; then say 'the container engine does not run, or you may not use it'
  elif ! compose_there; then say "neither 'docker compose' nor docker-compose is installed"
  fi
}

# What builds an image needs: an engine, compose, and the Dockerfile's base images.
require_engine() {
  local without='or do without containers: make provision ENGINE=processes'
  command -v docker >/dev/null || fail "docker is not installed. Install Docker (on Debian as root: eng/ensure-docker.sh), $without"
  engine_runs || fail "The container engine does not run, or you may not use it. Start it (on Debian as root: eng/ensure-docker.sh), $without"
  compose_there || fail "Neither 'docker compose' nor docker-compose is installed. Install one, $without"
}

require_base_images() {
  local line image
  while read -r line; do
    image=${line%% *}
    case $image in */*) ;; *) continue ;; esac
    docker image inspect "$image" >/dev/null 2>&1 || { say "Pulling $image…"; docker pull -q "$image" >/dev/null 2>&1; } ||
      fail "The base image $image is not here and cannot be pulled. Where no registry can be reached, 'eng/make-base-images.sh --sdk' (as root) makes a stand-in from this machine's .NET; or do without containers: make provision ENGINE=processes"
  done < <(sed -n 's/^FROM  *//p' Dockerfile)
}

# ---- The nodes: urls[i] and names[i]; console is the console's address, empty where none is known

find_cluster() {
  local i name
  urls=() names=() console=''
  if [ -n "${ENDPOINTS:-}" ]; then
    IFS=', ' read -r -a urls <<<"$ENDPOINTS"
    urls=("${urls[@]%/}") names=("${urls[@]#*://}")
    for i in "${!urls[@]}"; do
      name=$(field node "$(status "${urls[i]}")")
      names[i]=${name:-${names[i]}}
    done
    if [ -n "${ENGINE:-}" ]; then engine=$ENGINE; elif containers_run; then engine=containers; else engine=processes; fi
  elif [ "${ENGINE:-}" != containers ] && launched; then
    engine=processes
    take_launched "$cluster_json"
  else
    if [ "${ENGINE:-}" = containers ] || containers_run; then engine=containers; else engine=processes; fi
    urls=(http://127.0.0.1:8000 http://127.0.0.1:8001 http://127.0.0.1:8002) names=(node0 node1 node2)
    if [ "$engine" = containers ] && [ -n "$(container_of web)" ]; then console=http://127.0.0.1:8010; fi
  fi
}

take_launched() { # JSON
  local text=$1 entry='"name": *"(node[0-9]+)", *"url": *"(http://[^"/]+)/?"(.*)' web='"name": *"web", *"url": *"(http://[^"/]+)'
  if [[ $text =~ $web ]]; then console=${BASH_REMATCH[1]}; fi
  while [[ $text =~ $entry ]]; do
    names+=("${BASH_REMATCH[1]}") urls+=("${BASH_REMATCH[2]}") text=${BASH_REMATCH[3]}
  done
}

status() { curl -s --max-time 3 "$1/v1/status" || true; }
ready()  { curl -sf -o /dev/null --max-time 3 "$1/health/ready"; }

# ---- The command line, on the nodes that find_cluster found

# PAXOS: another one than that of these sources, as PAXOS=paxos where it is installed.
paxos() { # COMMAND ARGUMENT…
  local run built joined code=0
  if [ -n "${PAXOS:-}" ]; then IFS=' ' read -r -a run <<<"$PAXOS"
  elif built=$(built_paxos); then run=(dotnet "$built")
  else run=(dotnet run --project AspirePaxos.Cli -c "${CONFIGURATION:-Release}" -v q --)
  fi
  joined=$(IFS=,; printf '%s' "${urls[*]}")
  "${run[@]}" "$@" --endpoints "$joined" --data "$DATA" || code=$?
  if [ "$code" -gt 0 ] && [ "$code" -lt 128 ] && [ -z "${PAXOS:-}" ]; then note "paxos is, from these sources: dotnet run --project AspirePaxos.Cli -- COMMAND"; fi
  return "$code"
}

# What was built, where no source is newer: to ask the build itself takes seconds each time.
built_paxos() {
  local built project sources=()
  built=artifacts/bin/AspirePaxos.Cli/$(printf '%s' "${CONFIGURATION:-Release}" | tr '[:upper:]' '[:lower:]')/paxos.dll
  [ -f "$built" ] || return 1
  for project in Cli Launcher Simulation Protocol KeyValue; do sources+=("AspirePaxos.$project"); done
  [ -z "$(find "${sources[@]}" ./*.props \( -name '*.cs' -o -name '*.csproj' -o -name '*.props' \) -newer "$built" -print -quit)" ] || return 1
  printf '%s' "$built"
}

# ---- Printed logs

log_directory() { # NODE
  if [ "$engine" = containers ]; then printf 'logs/%s' "$1"; else printf '%s/logs/%s' "$DATA" "$1"; fi
}

copy_log() { # NODE NAME TARGET
  cp "$(log_directory "$1")/$2" "$3" 2>/dev/null
}
