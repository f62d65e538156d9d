#!/usr/bin/env bash
# Builds the image of the Dockerfile without a Docker engine, and runs a program in it as a container would: Buildah builds on a
# bare Debian with the Node of this machine in the place of the official image of Node.
#
# The list of what is in it (SBOM) is compared with the packages that are installed.
#
# Needs root, and debootstrap and buildah from Debian's packages, and the RabbitMQ and PostgreSQL of the tests. Not shown:
# the official base images, other architectures, limits of memory and capabilities.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/chroot.sh

make_chroot "${DEBIAN_RELEASE:-bookworm}" ca-certificates
add_node
inside useradd --uid 1000 --create-home node
umount "$root/proc" "$root/dev"

store=$root.store
server=${TEST_DATABASE_URL:-postgres://postgres@127.0.0.1:5432/postgres}
build() { buildah --storage-driver vfs --root "$store/images" --runroot "$store/run" "$@"; }
clean_up() {
  build rm --all >/dev/null 2>&1 || true
  psql --quiet "$server" -c "DROP DATABASE IF EXISTS windmill_image_$$ WITH (FORCE)" || true
  rm -rf --one-file-system "$store"
  remove_chroot
}
trap clean_up EXIT

base=$(build from scratch)
build add --quiet "$base" "$root" / >/dev/null
build config --env "NODE_EXTRA_CA_CERTS=${NODE_EXTRA_CA_CERTS:-}" "$base"
build commit --quiet "$base" docker.io/library/node:24-bookworm-slim >/dev/null
build build --isolation chroot --network host --pull-never --format docker --tag windmill .

container=$(build from --pull-never windmill)
contents=$(build mount "$container")
du -sh "$contents/windmill" | sed 's/\s.*/ in \/windmill/'
# The root file system may not be written to, as with --read-only.
mount --bind "$contents" "$contents" && mount -o remount,ro,bind "$contents"
mount --bind /dev "$contents/dev" && mount -t proc proc "$contents/proc" && mount -t tmpfs tmpfs "$contents/tmp"
unmount() { umount -l "$contents/tmp" "$contents/proc" "$contents/dev" "$contents" 2>/dev/null || true; }
trap 'unmount; clean_up' EXIT

config() { build inspect --type image windmill | node -e "
  const config = JSON.parse(require('fs').readFileSync(0, 'utf8')).Docker.config
  console.log([$1].flat().join('\n'))"; }
mapfile -t env < <(config 'config.Env')
mapfile -t entrypoint < <(config 'config.Entrypoint')
mapfile -t check < <(config 'config.Healthcheck.Test.slice(1)')
in_container() {
  chroot --userspec="$(config config.User)" "$contents" /usr/bin/env -i "${env[@]}" METRICS_PORT="${METRICS_PORT:-9475}" \
    AMQP_URL="${AMQP_URL:-amqp://guest:guest@127.0.0.1:5672}" QUEUE_PREFIX="image.$$." \
    DATABASE_URL="${server%/*}/windmill_image_$$" "$@"
}

in_container "${entrypoint[@]}" --version
in_container node -e "
  const { components, specVersion } = JSON.parse(require('fs').readFileSync('/windmill/sbom.cdx.json'))
  const count = (kind) => components.filter(({ purl = '' }) => purl.startsWith('pkg:' + kind + '/')).length
  const said = ['npm', 'deb', 'generic'].map((kind) => count(kind) + ' ' + kind)
  console.log('CycloneDX ' + specVersion + ': ' + said.join(', '))
  const installed = require('fs').readFileSync('/var/lib/dpkg/status', 'utf8').match(/^Status: install ok installed$/gm).length
  if (count('npm') < 50 || count('deb') !== installed || count('generic') !== 1) throw new Error('The SBOM lacks packages of the image')
"
psql --quiet "$server" -c "CREATE DATABASE windmill_image_$$"
! in_container sh -c 'echo x > /windmill/x' 2>/dev/null || { echo "The root file system can be written to" >&2; exit 1; }
in_container "${entrypoint[@]}" "${PROGRAM:-api}" --port 0 >"$store/said" 2>&1 &
for _ in $(seq 60); do
  if in_container "${check[@]}"; then healthy=yes && break; fi
  sleep 1
done
cat "$store/said"
[ "${healthy:-}" = yes ] || { echo "The health check fails" >&2; exit 1; }
for pid in $(find /proc -maxdepth 2 -name root -lname "$contents" 2>/dev/null | cut -d/ -f3); do kill -TERM "$pid"; done
wait %1 && echo "Healthy, and ended with 0 after SIGTERM"
