#!/bin/sh
# Run the pinned uv of .venv, with the two settings that pip already has on this machine.
#
# uv does not read pip's configuration: where pip works through a company's mirror or certificate, uv must too.
set -eu
bin=$(dirname "$0")/../.venv/bin
settings=$("$bin/python" -m pip config list 2>/dev/null || true)   # PIP_* variables included, as :env:.name='value'

pip_setting() { printf '%s\n' "$settings" | sed -En "s/^(:env:|global|install)\.$1='(.*)'\$/\2/p" | head -n 1; }

index=$(pip_setting index-url)
certificate=$(pip_setting cert)
if [ -n "$index" ] && [ -z "${UV_DEFAULT_INDEX:-}" ]; then export UV_DEFAULT_INDEX="$index"; fi
if [ -n "$certificate" ] && [ -z "${SSL_CERT_FILE:-}" ]; then export SSL_CERT_FILE="$certificate"; fi

# --no-config: what the user tells their own uv elsewhere does not apply to this project.
exec "$bin/uv" --no-config --no-progress "$@"
