# shellcheck shell=bash
# What tools/bench.sh, tools/permdelta.sh and tools/test.sh share: install what is missing, configure and build what has changed,
# say little, and that on stderr. Sourced, not run. A second call finds everything in place and takes some hundredths of a second.

set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
release_dir=$root/build/release

# Debian's and Ubuntu's names of what permdelta stands on.
# shellcheck disable=SC2034 # used where this file is sourced
program_packages=(g++ cmake ninja-build libbenchmark-dev libxsimd-dev libspdlog-dev libcli11-dev nlohmann-json3-dev
  libeigen3-dev libopenblas-dev libdnnl-dev)
# shellcheck disable=SC2034
test_packages=("${program_packages[@]}" libgtest-dev libmpfr-dev pkgconf python3)

say() { echo "permdelta: $*" >&2; }

# failed HEADLINE STATUS: ends the script.
failed() {
  say "failed (exit code $2): $1"
  exit 1
}

# quietly HEADLINE COMMAND...: one line on stderr; the command's output only if it fails, and that ends the script.
quietly() {
  local headline=$1 log=$root/build/setup.log status=0
  shift
  say "$headline ..."
  "$@" >"$log" 2>&1 </dev/null 9>&- || status=$?
  [ "$status" -eq 0 ] || { cat "$log" >&2 && failed "$headline" "$status"; }
}

# tenths HEADLINE: copies Ninja's output, and says on stderr whenever a further tenth of its steps is done.
tenths() {
  local line said=0 tenth
  while IFS= read -r line; do
    printf '%s\n' "$line"
    [[ $line =~ ^'['([0-9]+)/([1-9][0-9]*)'] ' ]] || continue
    tenth=$((10 * BASH_REMATCH[1] / BASH_REMATCH[2]))
    # It counts anew after it has configured anew.
    [ "$tenth" -eq "$said" ] || [ "$tenth" -eq 0 ] || say "$1: ${tenth}0 % (${BASH_REMATCH[1]} of ${BASH_REMATCH[2]})"
    said=$tenth
  done
}

# build TARGET: shows how far it is, by Ninja's own line on a terminal; the whole output only if it fails, and that ends the script.
build() {
  local headline="building build/release ($1)" log=$root/build/setup.log status=0
  local command=(cmake --build "$release_dir" --target "$1")
  say "$headline ..."
  if [ -t 2 ]; then
    "${command[@]}" >&2 </dev/null 9>&- || failed "$headline" $?
    return
  fi
  NINJA_STATUS='[%f/%t] ' "${command[@]}" 2>&1 </dev/null 9>&- | tenths "$headline" >"$log" || status=$?
  [ "$status" -eq 0 ] || { cat "$log" >&2 && failed "$headline" "$status"; }
}

apt_install() {
  local as_root=()
  [ "$EUID" -eq 0 ] || as_root=(sudo)
  # A package list that can't be fetched may be a stranger's, and the packages known already; if not, the second line says so.
  "${as_root[@]}" apt-get update || true
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install --yes --no-install-recommends -o DPkg::Lock::Timeout=600 "$@"
}

# install_missing PACKAGE...
install_missing() {
  local package status installed=' ' missing=()
  if command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; then
    while read -r package status; do
      [ "$status" != installed ] || installed+="$package "
    done < <(dpkg-query --show --showformat='${Package} ${db:Status-Status}\n' "$@" 2>/dev/null)
    for package in "$@"; do
      [[ $installed == *" $package "* ]] || missing+=("$package")
    done
    [ ${#missing[@]} -ne 0 ] || return 0
    if [ "$EUID" -eq 0 ] || command -v sudo >/dev/null; then
      quietly "installing ${missing[*]}" apt_install "${missing[@]}"
      return
    fi
    say "not installed, and neither root nor sudo to do it: ${missing[*]}"
  fi
  # Somebody else installs here. The compiler and CMake have to be there; CMake then looks for the libraries, and fetches the
  # pinned sources of those that it does not find.
  for package in c++ cmake ninja; do
    command -v "$package" >/dev/null && continue
    say "no '$package' here. permdelta needs a C++20 compiler, CMake >= 3.25 and Ninja; google-benchmark, xsimd, spdlog," \
      "CLI11, Eigen and nlohmann-json (or git, to fetch them); for its tests also GoogleTest, MPFR, pkg-config and Python 3." \
      "On Debian and Ubuntu: apt-get install $*"
    exit 1
  done
}

# configured TESTS: whether the release build is, in this very place, by the presets as they are, and with the tests if TESTS.
configured() {
  local cache=$release_dir/CMakeCache.txt
  [ -f "$release_dir/build.ninja" ] && [ -f "$cache" ] &&
    [ ! "$root/CMakePresets.json" -nt "$release_dir/build.ninja" ] &&
    grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$cache" &&
    { [ "$1" != ON ] || grep -qx 'PERMDELTA_BUILD_TESTS:BOOL=ON' "$cache"; }
}

configure() (
  tests=$1
  cache=$release_dir/CMakeCache.txt
  fresh=()
  if [ -f "$cache" ]; then
    if ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$cache"; then
      # Copied or moved here with its checkout: it would go on building the other one.
      fresh=(--fresh)
    elif grep -qx 'PERMDELTA_BUILD_TESTS:BOOL=ON' "$cache"; then
      # Tests that were on stay on, or the two commands would configure the tree back and forth.
      tests=ON
    fi
  fi
  cd "$root" && cmake --preset release "${fresh[@]}" -DPERMDELTA_BUILD_TESTS="$tests"
)

# build_release TARGET TESTS: TARGET of the release build, configured with the tests if TESTS is ON.
build_release() {
  local target=$1 tests=$2
  if ! configured "$tests"; then
    quietly 'configuring build/release' configure "$tests"
  fi
  if [[ $(cmake --build "$release_dir" --target "$target" -- -n 2>&1 9>&-) != *'no work to do'* ]]; then
    build "$target"
  fi
}

# set_up TARGET TESTS PACKAGE...: all of the above, one caller at a time.
set_up() {
  local target=$1 tests=$2
  shift 2
  mkdir -p "$root/build"
  exec 9>"$root/build/.setup.lock"
  if command -v flock >/dev/null && ! flock --nonblock 9; then
    say 'waiting for another build of this checkout ...'
    flock 9
  fi
  install_missing "$@"
  build_release "$target" "$tests"
  exec 9>&-
}
