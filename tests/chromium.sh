#!/bin/sh
# The browser tests need Chromium; Debian has one. Says what it does, and what to do where it cannot.
command -v chromium >/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "installing chromium from Debian for the browser tests"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null && exit 0
fi
echo "the browser tests need chromium: apt-get install chromium" >&2
exit 1
