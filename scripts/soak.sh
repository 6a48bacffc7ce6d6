#!/usr/bin/env bash
# Random faults on three containers under load, checked for linearizability round by round.
# MINUTES=30 (and twenty rounds at least), PAXOS_SOAK_SEED draws the same faults again. Needs root, a container engine and iptables.
# shellcheck source=scripts/cluster.sh
. "$(dirname "$0")/cluster.sh"
help_if_asked "$@"
MINUTES=${MINUTES:-30}
require_count MINUTES "$MINUTES"
docker info >/dev/null 2>&1 || fail 'No container engine runs. On Debian, as root: eng/ensure-docker.sh'
PAXOS_REQUIRE_ALL=1 PAXOS_CONTAINER_SOAK_MINUTES=$MINUTES exec dotnet run --project "$(dirname "$0")/../AspirePaxos.Tests" -- \
  -class AspirePaxos.Tests.Containers.ContainerSoakTests -showLiveOutput
