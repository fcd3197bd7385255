#!/usr/bin/env bash
# Checks everything, for a night or a release: what .ci/run checks, and with its argument `all` what a change need not wait for.
set -euo pipefail
exec "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.ci/run" all
