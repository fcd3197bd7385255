#!/usr/bin/env bash
# Runs commands in this checkout on a bare Debian 12, as on a new user's machine: .ci/bare_debian.sh 'tools/bench.sh' 'tools/test.sh'
#
# Needs root, permission to chroot and mount, and debootstrap. The checkout is mounted at its own path, so what is built inside
# stays there afterwards. From this machine the system gets only /dev and apt's mirror and proxy. Each command runs with `bash -c`;
# the script stops at the first that fails, with its exit code.
#
# The bare system and the packages that were installed into it are kept in ${XDG_CACHE_HOME:-$HOME/.cache}/permdelta-bare-debian;
# remove that folder to get a newer one. The unpacked system and its mounts are removed when the script ends.
set -euo pipefail

checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
release=bookworm
cache=${XDG_CACHE_HOME:-$HOME/.cache}/permdelta-bare-debian

refuse() {
  echo "bare_debian.sh: $*" >&2
  exit 1
}

if [ "$EUID" -ne 0 ] || ! unshare --mount --pid --fork sh -c 'mount -t tmpfs none /mnt && chroot / true' 2>/dev/null; then
  refuse 'must run as root, with permission to chroot and mount'
fi

# make_base: the tarball, from the mirror and by the proxy that this machine's apt has.
make_base() {
  local site mirror='' http_proxy='' https_proxy='' new
  while read -r site; do mirror=${mirror:-$site}; done < <(
    apt-get indextargets --format "\$(RELEASE)/\$(COMPONENT) \$(SITE)" 'Created-By: Packages' | sed -n "s|^$release/main ||p")
  [ -n "$mirror" ] || refuse "apt has no mirror of Debian $release here"
  eval "$(apt-config shell http_proxy Acquire::http::Proxy https_proxy Acquire::https::Proxy)"
  export http_proxy https_proxy
  new=$(mktemp -d "$cache/new.XXXXXX")
  if ! debootstrap --variant=minbase --include=ca-certificates "$release" "$new/root" "$mirror" >"$cache/debootstrap.log" 2>&1; then
    cat "$cache/debootstrap.log" >&2
    rm -rf --one-file-system "$new"
    refuse "debootstrap failed"
  fi
  apt-config dump | grep -i '^Acquire::[a-z]*::Proxy' >"$new/root/etc/apt/apt.conf.d/proxy" || true
  tar -C "$new/root" -cf "$new/base.tar" .
  mv "$new/base.tar" "$cache/base.tar"
  rm -rf --one-file-system "$new"
}

mkdir -p "$cache/archives"
[ -s "$cache/base.tar" ] || make_base

bare=$(mktemp -d /var/tmp/permdelta-bare.XXXXXX)
inside=
clean_up() {
  [ -z "$inside" ] || kill -KILL "$inside" || true
  wait 2>/dev/null
  # Mounts of its own namespace are not seen from here, and end with its last process.
  if grep -qF " $bare/" /proc/self/mountinfo; then refuse "not removed, for something is mounted there: $bare"; fi
  rm -rf --one-file-system "$bare"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

tar -C "$bare" -xf "$cache/base.tar"
cp -L /etc/resolv.conf "$bare/etc/resolv.conf"
mkdir -p "$bare$checkout"

# In the background, so that a signal is not kept waiting. With this script ends `unshare`, with that the first process inside, and
# with that all others.
# shellcheck disable=SC2016 # what is expanded inside
setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child bash -euc '
  bare=$1 checkout=$2 archives=$3
  mount -t proc proc "$bare/proc"
  mount -t sysfs -o ro sys "$bare/sys"
  mount --rbind /dev "$bare/dev"
  mount --bind "$archives" "$bare/var/cache/apt/archives"
  mount --bind "$checkout" "$bare$checkout"
  for command in "${@:4}"; do
    chroot "$bare" env -i HOME=/root LANG=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb \
      bash -c "cd \"\$0\" && $command" "$checkout"
  done' inside "$bare" "$checkout" "$cache/archives" "$@" </dev/null &
inside=$!
status=0
wait "$inside" || status=$?
inside=
(exit "$status")
