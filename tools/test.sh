#!/usr/bin/env bash
# Runs the tests: tools/test.sh, or a part of them: tools/test.sh -R pairwise
#
# Installs what is missing (Debian, Ubuntu: apt-get, as root or by sudo), builds build/release if it is not up to date, and
# runs ctest there: arguments go to it, and its exit code is this one's.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=setup.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/setup.sh"

set_up all ON "${test_packages[@]}"
export CTEST_PARALLEL_LEVEL=${CTEST_PARALLEL_LEVEL:-2}
exec ctest --test-dir "$release_dir" --output-on-failure --no-tests=error "$@"
