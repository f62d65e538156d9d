#!/usr/bin/env bash
# Runs the tests of the broker against the RabbitMQ 4 of a newer Debian release, in a chroot, on a port of its own; brokers that
# tests start for themselves are of that release, too.
#
#   scripts/try-rabbitmq-4.sh                 the tests that talk to a broker
#   scripts/try-rabbitmq-4.sh test/faults     others
#
# Needs root, debootstrap and Debian's packages (DEBIAN_MIRROR), `npm ci && npm run build`, and the PostgreSQL of the tests.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/chroot.sh

port=${PORT:-5674}
make_chroot "${DEBIAN_RELEASE:-trixie}" rabbitmq-server
echo "listeners.tcp.1 = 127.0.0.1:$port" >"$root/etc/rabbitmq/rabbitmq.conf"
printf 'NODENAME=windmill@localhost\nDIST_PORT=%s\n' $((port + 20000)) >>"$root/etc/rabbitmq/rabbitmq-env.conf"
echo '[].' >"$root/etc/rabbitmq/enabled_plugins"
ulimit -n "$(ulimit -Hn)"
inside rabbitmq-server -detached
for _ in $(seq 60); do
  inside rabbitmqctl --node windmill@localhost await_startup >/dev/null 2>&1 && started=yes && break
  sleep 2
done
[ "${started:-}" = yes ] || { tail -n 50 "$root"/var/log/rabbitmq/* >&2; exit 1; }
inside rabbitmqctl --node windmill@localhost version | sed 's/^/RabbitMQ /'

# The folder of the tests is at the same path in the chroot, for brokers that keep their data there.
shared=$root.tests
mkdir -p "$shared/programs" "$root$shared"
mount --bind "$shared" "$root$shared"
trap 'umount -l "$root$shared"; remove_chroot; rm -rf "$shared"' EXIT
for program in rabbitmq-server rabbitmqctl; do
  printf '#!/bin/sh\nexec chroot %s /usr/lib/rabbitmq/bin/%s "$@"\n' "$root" "$program" >"$shared/programs/$program"
  chmod +x "$shared/programs/$program"
done

if [ $# = 0 ]; then
  set -- test/layers/rabbitmq/RabbitMessageBroker test/programs/Distributed test/faults/Messages test/faults/Races test/faults/Stops
fi
TMPDIR=$shared RABBITMQ_PROGRAMS=$shared/programs AMQP_URL="amqp://guest:guest@127.0.0.1:$port" npx vitest run "$@"
