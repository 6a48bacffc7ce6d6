#!/usr/bin/env bash
# Prepares what docker-compose.yaml needs and the repository cannot hold: a cluster secret in .env, made once, and folders for the logs.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! grep -qs '^CLUSTER_SECRET=.' .env; then
  # 64 hexadecimal characters from the system's random numbers.
  secret=$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')
  (umask 077; echo "CLUSTER_SECRET=$secret" >> .env)
fi
# Bind mounts of docker-compose.override.yaml. The containers' user is not the one of this machine.
for node in node0 node1 node2; do
  mkdir -p "logs/$node"
  chmod a+rwx "logs/$node"
done
