#!/usr/bin/env bash
# Builds the container images of a node and of the console.
# shellcheck source=scripts/cluster.sh
. "$(dirname "$0")/cluster.sh"
help_if_asked "$@"
require_engine
require_base_images
eng/compose-env.sh
compose build node0 web # The three nodes share one image.
good "The images aspirepaxos-node and aspirepaxos-web are built. Start the containers: make provision"
