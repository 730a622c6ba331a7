"""Public ids between PostgreSQL and its driver: text on this side, no object of each of them."""

from typing import Any

from psycopg.adapt import Dumper
from psycopg.postgres import types
from psycopg.pq import Format
from psycopg.types.string import TextLoader


class IdDumper(Dumper):
    """A public id as `COPY` takes it in the form of the database."""

    oid = types["uuid"].oid
    format = Format.BINARY

    def dump(self, obj: str) -> bytes:
        return bytes.fromhex(obj.replace("-", ""))


def ids_as_text(connection: Any) -> None:
    """Have a connection give and take public ids as text."""
    connection.adapters.register_loader("uuid", TextLoader)
    connection.adapters.register_dumper(None, IdDumper)
