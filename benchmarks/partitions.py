"""Postings of the ledger in one table, and by month:  python -m benchmarks.partitions [--rows 300000]

Two years of rows of the shape of `ledger_postings`, with its columns and indexes, in the order of their days: once in one
table, once in a table partitioned by month of value. Printed side by side: the time to write them, the balance of a party,
the sum of a month, the size with indexes, the time to take a month away. `docs/concepts/ledger-at-scale.md` keeps a run.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date

from sqlalchemy import Connection, text

from benchmarks.installation import durable_database
from parcours.registry.store import schema
from parcours.registry.store.db import Database

BEGINS, MONTHS, POSTINGS, PARTY_ROWS, BLOCK = date(2024, 1, 1), 24, 3, 20, 500_000
TABLES = ("whole", "monthly")
PARTIES = 20
"""Parties whose balance is asked; the median is told."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=300_000)
    options = parser.parse_args()
    with durable_database("postgresql", "partitions") as (url, _):
        database = Database.open(url)
        schema.upgrade(database.engine)
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            made(connection)
            found = {name: measured(connection, name, options.rows) for name in TABLES}
        database.close()
    print(f"\n{options.rows:,} rows of two years   load {os.getloadavg()[0]:.1f}")
    print(f"{'':34}{'whole':>12}{'by month':>12}")
    for what in found["whole"]:
        print(f"{what:34}" + "".join(f"{found[name][what]:>12}" for name in TABLES))
    return 0


def made(connection: Connection) -> None:
    """The two tables, empty."""
    connection.execute(text("CREATE TABLE whole (LIKE ledger_postings INCLUDING ALL, at date NOT NULL)"))
    connection.execute(text(
        "CREATE TABLE monthly (LIKE ledger_postings INCLUDING DEFAULTS INCLUDING CONSTRAINTS, at date NOT NULL)"
        " PARTITION BY RANGE (at)"
    ))  # fmt: skip
    for columns in ("id", "transaction_id", "party, account", "claim_id"):
        connection.execute(text(f"CREATE INDEX ON monthly ({columns})"))
    for month in range(MONTHS):
        connection.execute(text(
            f"CREATE TABLE {part(month)} PARTITION OF monthly FOR VALUES FROM ('{first_day(month)}') TO ('{first_day(month + 1)}')"
        ))  # fmt: skip


def first_day(month: int) -> date:
    """Of a month counted from the first."""
    return date(BEGINS.year + month // 12, 1 + month % 12, 1)


def part(month: int) -> str:
    """The partition of a month."""
    return f"monthly_{month:02}"


def measured(connection: Connection, table: str, rows: int) -> dict[str, str]:
    """What a table of so many rows takes."""
    parties = max(1, rows // PARTY_ROWS)
    written = seconds(lambda: fill(connection, table, rows, parties))
    connection.execute(text(f"VACUUM (ANALYZE) {table}"))
    balance = f"SELECT sum(cents) FROM {table} WHERE party = :party AND account = 'prestations'"
    month = f"SELECT sum(cents) FROM {table} WHERE at >= '{first_day(12)}' AND at < '{first_day(13)}'"
    return {
        "written, s": f"{written:.1f}",
        "balance of a party, ms": f"{1000 * asked(connection, balance, parties):.1f}",
        "sum of a month, ms": f"{1000 * seconds(lambda: connection.scalar(text(month))):.0f}",
        "size with indexes, MB": f"{size(connection, table) / 1e6:.0f}",
        "a month taken away, s": f"{seconds(lambda: take_away(connection, table)):.2f}",
    }


def fill(connection: Connection, table: str, rows: int, parties: int) -> None:
    """Write rows of every day in turn; a transaction of a claim has three of them, which balance."""
    days = (first_day(MONTHS) - BEGINS).days
    for first in range(0, rows, BLOCK):
        last = min(first + BLOCK, rows) - 1
        connection.execute(text(f"""
            INSERT INTO {table} (id, transaction_id, account, party, claim_id, cents, year, at)
            SELECT uuidv7(), md5('t' || one / {POSTINGS})::uuid,
                   (ARRAY['prestations', 'a_payer:insured', 'pf'])[1 + one % {POSTINGS}],
                   md5('p' || (one / {POSTINGS})::bigint * 7919 % {parties})::uuid, md5('c' || one / {POSTINGS})::uuid,
                   (ARRAY[1900, -1700, -200])[1 + one % {POSTINGS}], NULL,
                   date '{BEGINS}' + (one::bigint * {days} / {rows})::int
            FROM generate_series({first}, {last}) AS one
        """))  # fmt: skip


def asked(connection: Connection, statement: str, parties: int) -> float:
    """The median time of the balance of some parties."""

    def one(number: int) -> float:
        party = connection.scalar(text(f"SELECT md5('p{number}')::uuid"))
        return seconds(lambda: connection.scalar(text(statement), {"party": party}))

    return statistics.median(one(number * parties // PARTIES) for number in range(PARTIES))


def size(connection: Connection, table: str) -> int:
    """Bytes of a table, of its partitions and of their indexes."""
    tree = f"SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree('{table}')"
    return int(connection.scalar(text(tree)) or 0) or int(
        connection.scalar(text(f"SELECT pg_total_relation_size('{table}')"))
    )


def take_away(connection: Connection, table: str) -> None:
    """The first month leaves."""
    if table == "whole":
        connection.execute(text(f"DELETE FROM whole WHERE at < '{first_day(1)}'"))
    else:
        connection.execute(text(f"ALTER TABLE monthly DETACH PARTITION {part(0)}"))
        connection.execute(text(f"DROP TABLE {part(0)}"))


def seconds(work: Callable[[], object]) -> float:
    """How long some work takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
