# shellcheck shell=bash
# A bare Debian in a folder of its own, for the scripts that try things as a machine without anything has them. Sourced.
# Needs root and debootstrap; packages come from the mirror that this machine uses, or from DEBIAN_MIRROR.

mirror=${DEBIAN_MIRROR:-$(awk '/^URIs:/ { print $2; exit }' /etc/apt/sources.list.d/*.sources 2>/dev/null || true)}
mirror=${mirror:-$(awk '$1 == "deb" { for (i = 2; i <= NF; i++) if ($i ~ /:\/\//) { print $i; exit } }' /etc/apt/sources.list)}

# make_chroot RELEASE [PACKAGES]: sets $root to it; all of it is gone when the script ends. PACKAGES are separated by commas.
make_chroot() {
  [ "$(id -u)" = 0 ] || { echo "This needs root, for debootstrap and chroot." >&2; exit 1; }
  command -v debootstrap >/dev/null || { echo "This needs debootstrap: apt-get install debootstrap" >&2; exit 1; }
  root=$(mktemp -d)
  trap remove_chroot EXIT
  chmod 755 "$root"
  echo "Installing a bare Debian ($1)"
  debootstrap --variant=minbase ${2:+--include="$2"} "$1" "$root" "$mirror" >"$root.log" 2>&1 || { tail "$root.log" >&2; exit 1; }
  mount -t proc proc "$root/proc"
  mount --bind /dev "$root/dev"
  cp /etc/resolv.conf /etc/hosts "$root/etc/"
}

remove_chroot() {
  for pid in $(find /proc -maxdepth 2 -name root -lname "$root*" 2>/dev/null | cut -d/ -f3); do kill -9 "$pid" || true; done
  umount -l "$root/proc" "$root/dev" 2>/dev/null || true
  rm -rf --one-file-system "$root" "$root.log"
}

# Puts the Node and npm of this machine into $root, with their settings and the certificates they trust, and nothing else.
add_node() {
  mkdir -p "$root/usr/lib/node_modules"
  cp "$(command -v node)" "$root/usr/bin/node"
  cp -R "$(npm root --global)/npm" "$root/usr/lib/node_modules/npm"
  ln -sf ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/bin/npm"
  ln -sf ../lib/node_modules/npm/bin/npx-cli.js "$root/usr/bin/npx"
  for file in "$(npm config get globalconfig)" "$(npm config get userconfig)" "${NODE_EXTRA_CA_CERTS:-}"; do
    if [ -n "$file" ] && [ -f "$file" ]; then mkdir -p "$root$(dirname "$file")" && cp "$file" "$root$file"; fi
  done
}

# Copies what git has of this checkout to $root/DESTINATION.
add_checkout() {
  mkdir -p "$root$1"
  git ls-files -z | tar --null --files-from=- --ignore-failed-read -cf - | tar -xf - -C "$root$1"
}

# Runs a command in $root with no more of the environment than npm needs.
inside() {
  chroot "$root" /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
    ${NODE_EXTRA_CA_CERTS:+NODE_EXTRA_CA_CERTS="$NODE_EXTRA_CA_CERTS"} "$@"
}
