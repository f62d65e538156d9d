#!/usr/bin/env bash
# Follows the README on a machine that has nothing but Node: its two commands, in a bare Debian made for it.
#
#   scripts/try-fresh-machine.sh                 npm ci && npm start, then npm ci && npm test
#   scripts/try-fresh-machine.sh test/domain     the same with some of the tests
#
# Needs root, debootstrap and Debian's packages (DEBIAN_RELEASE, DEBIAN_MIRROR). It shares the network of this machine, so the
# tests use the PostgreSQL and RabbitMQ that answer on 5432 and 5672, and install them where none does.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/chroot.sh

make_chroot "${DEBIAN_RELEASE:-bookworm}"
add_node
add_checkout /windmill

inside sh -c 'cd /windmill && npm ci && npm start' </dev/null
test -s "$root/windmill/.windmill/results/report.html"
inside sh -c 'cd /windmill && npm ci && exec npm test -- "$@"' sh "$@" </dev/null
echo "Both commands work on a fresh machine"
