#!/bin/sh
# Stops a real application and writes what it said into observability.md, between the markers.
set -e
cd "$(dirname "$0")/.."
./mvnw -q "$@" -pl graceful-shutdown-autoconfigure -am -Ddocs.write=true \
  -Dtest=none -Dsurefire.failIfNoSpecifiedTests=false \
  -Dit.test='ObservabilityIT#whenRequestIsCut*' -Dfailsafe.failIfNoSpecifiedTests=false verify
git diff --stat -- docs/observability.md
