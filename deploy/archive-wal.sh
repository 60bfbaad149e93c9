#!/bin/sh
# archive_command of PostgreSQL: archive-wal SOURCE TARGET
# Whole or not at all, synced before PostgreSQL may forget the segment, never over another content.
set -eu
source=$1
target=$2
if [ -f "$target" ]; then
    exec cmp -s "$source" "$target"   # archived before a crash: the same is well, anything else is not
fi
cp "$source" "$target.part"
sync "$target.part"
mv "$target.part" "$target"
sync "$(dirname "$target")"
