#!/usr/bin/env bash
# Builds the container image of a node.
# shellcheck source=scripts/cluster.sh
. "$(dirname "$0")/cluster.sh"
help_if_asked "$@"
require_engine
require_base_images
eng/compose-env.sh
compose build node0 # The three services share one image.
good "The image aspirepaxos-node is built. Start the containers: make provision"
