#!/bin/sh
# Back up and prove that it can be restored:  drill.sh FOLDER
#
# Backs up the registry of the environment into FOLDER, restores the backup into an empty database, compares the two
# table by table, and keeps the last KEEP (14) backups. On PostgreSQL the empty database is DRILL_DATABASE_URL; without
# it the backup is made and its manifest checked, and the last line says that nothing was restored.
set -eu
umask 077
folder=${1:?which folder?}
keep=${KEEP:-14}
mkdir -p "$folder"
name=$(date -u +%Y%m%dT%H%M%SZ)
file=$folder/$name.backup
parcours registry backup "$file"

case ${PARCOURS_DATABASE_URL:-sqlite:} in
sqlite:*) empty=sqlite:///$folder/$name.restored.db ;;
*) empty=${DRILL_DATABASE_URL:-} ;;
esac
if [ -n "$empty" ]; then
  parcours registry restore "$file" --database "$empty"
  parcours registry verify "$file" --database "$empty"
  parcours registry verify --database "$empty"
  parcours audit verify --database "$empty"
fi
rm -f "$folder/$name".restored.db*

ls -1 "$folder" | grep '\.backup$' | sort -r | tail -n +"$((keep + 1))" | while read -r old; do
  rm -f "$folder/$old" "$folder/$old.manifest.json"
done
if [ -n "$empty" ]; then echo "$file: restored and compared"; else echo "$file: made; NOT restored: set DRILL_DATABASE_URL"; fi
