#!/bin/sh
# Installs the Debian packages that the tests need and this machine lacks. Silent where nothing is to do.
set -eu
missing=""
command -v redis-server >/dev/null || missing="$missing redis-server"
command -v curl >/dev/null || missing="$missing curl ca-certificates"
command -v openssl >/dev/null || missing="$missing openssl"
command -v unzip >/dev/null || missing="$missing unzip"
command -v chromium-headless-shell >/dev/null || missing="$missing chromium-headless-shell"
command -v pdftotext >/dev/null || missing="$missing poppler-utils"
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ]; then run=""; elif command -v sudo >/dev/null; then run="sudo"; else
  echo "The tests need these Debian packages:$missing. Install them, or run the tests as root." >&2
  exit 1
fi
echo "Installing$missing"
export DEBIAN_FRONTEND=noninteractive
$run apt-get update -qq
$run apt-get install -y -qq --no-install-recommends $missing >/dev/null
