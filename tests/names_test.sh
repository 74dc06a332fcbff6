#!/bin/sh
# Two headers must not define a type of the same name: all of the code shares one namespace, and two types of one name
# in two files that never meet still become one at run time (the one definition rule, which no compiler checks).
set -eu
cd "$(dirname "$0")/.."
twice=$(grep -rhoE '^(struct|class|enum class) \w+( final)?( :[^:].*)? \{' --include='*.h' lib agent |
  sed -E 's/^(struct|class|enum class) (\w+).*/\2/' | sort | uniq -d)
if [ -n "$twice" ]; then
  echo "defined in more than one header:" $twice
  exit 1
fi
