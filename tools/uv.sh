#!/bin/sh
# Run the pinned uv of .venv, with the settings that pip already has on this machine.
#
# uv does not read pip's configuration. A machine where pip works (a company mirror, a private
# certificate) must work with uv too, so those two settings are handed over.
set -eu
bin=$(dirname "$0")/../.venv/bin

pip_setting() { "$bin/python" -m pip config get "global.$1" 2>/dev/null || true; }

index=${PIP_INDEX_URL:-$(pip_setting index-url)}
certificate=${PIP_CERT:-$(pip_setting cert)}
if [ -n "$index" ] && [ -z "${UV_DEFAULT_INDEX:-}" ]; then export UV_DEFAULT_INDEX="$index"; fi
if [ -n "$certificate" ] && [ -z "${SSL_CERT_FILE:-}" ]; then export SSL_CERT_FILE="$certificate"; fi

# One uv for every version of the locks: what the user's own uv is told elsewhere does not apply here.
exec "$bin/uv" --no-config --no-progress "$@"
