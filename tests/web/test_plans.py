"""No page of a desk reads more than its rows: its queries find them by an index, however many people are insured."""

import re
import sqlite3
from contextlib import contextmanager

from sqlalchemy import Engine, event
from sqlalchemy.engine import make_url

from tests.api.fixtures import *  # noqa: F403 - databases, a country, accounts
from tests.api.fixtures import _keys  # noqa: F401
from tests.browser.test_desk_stories import EVERY
from tests.web.test_me import database_kind, people  # noqa: F401

MORE = {
    "alice": ("/me/privacy", "/me/sheet"),
    "officer": tuple(
        f"/fund/queues/{name}"
        for name in ("to_adjudicate", "proof_missing", "reversals", "undue", "objections", "agreements",
                     "returned_payments", "notices", "overlaps", "late_tiers_payant")
    ),
}  # fmt: skip
READ_WHOLE = {
    "installation": "one row",
    "accounts": "a page of them, in the order of their ids",
    "api_clients": "a page of them, in the order of their ids",
}
OWED = {"ledger_postings": "what is owed to a fund is the sum of its book"}
SCANNED = re.compile(r"SCAN (?!CONSTANT|anon_)(\w+)(?! USING INDEX ix_messages_messages_to_pay)\b")
"""A table that is read whole; what a query inside another found is no table, and its own steps are told too. An index
that holds the notices alone is what their queue reads, in its order."""


@contextmanager
def asked():
    """What is asked of any database meanwhile: statements with their parameters."""
    found = []

    def note(_connection, _cursor, statement, parameters, _context, _many):
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            found.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def test_every_query_of_a_page_finds_its_rows_by_an_index(people, country, database_url):  # noqa: F811
    whole = {}
    for name, paths in EVERY.items():
        browser = people(name)
        for path in (*paths, *MORE.get(name, ())):
            with asked() as found:
                answer = browser.get(path.format(**vars(country)))
            assert answer.status_code == 200, (name, path)
            for table in scanned(database_url, found):
                whole.setdefault(table, set()).add(path.partition("?")[0])
    owed = whole.pop("ledger_postings", set())
    assert {table: paths for table, paths in whole.items() if table not in READ_WHOLE} == {}
    assert all(path.startswith("/fund") for path in owed), OWED


def scanned(url, found):
    """Tables of which a statement reads every row, by the plan of the database."""
    connection = sqlite3.connect(make_url(url).database)
    try:
        for statement, parameters in dict.fromkeys((text, tuple(values)) for text, values in found):
            for _, _, _, step in connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters):
                if match := SCANNED.match(step):
                    yield match[1]
    finally:
        connection.close()
