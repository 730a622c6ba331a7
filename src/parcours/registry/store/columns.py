"""Column types: instants, encrypted text, public ids, enumerations; and the keyed indexes beside encrypted values."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Generic, Self, TypeVar, cast, overload

from sqlalchemy import DateTime, Dialect, Enum, LargeBinary, Uuid
from sqlalchemy.types import TypeDecorator

from parcours.registry.errors import Misconfigured
from parcours.registry.store.keyring import dashed, keyring

T = TypeVar("T")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, stored in UTC on every database; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class RowText(str):
    """A text of an encrypted column, and the id of the row it belongs to."""

    __slots__ = ("row_id",)
    row_id: str

    def __new__(cls, text: str, row_id: str) -> Self:
        value = super().__new__(cls, text)
        value.row_id = row_id
        return value


class Unreadable(str):
    """What a list shows in the place of a value that cannot be read: the row is there, the others are not hidden."""

    __slots__ = ()


UNREADABLE = Unreadable("[illisible – unreadable]")
_MARKING: ContextVar[bool] = ContextVar("parcours.marking_unreadable", default=False)


@contextmanager
def marking_unreadable() -> Iterator[None]:
    """Read a list in which an unreadable value is marked. One record by itself is refused, as ever."""
    token = _MARKING.set(True)
    try:
        yield
    finally:
        _MARKING.reset(token)


def is_marking() -> bool:
    """Is a list being read?"""
    return _MARKING.get()


class EncryptedText(TypeDecorator[str]):
    """Text encrypted at rest, bound to its column (`context`: "table.column") and, written by the ORM, to its row."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, context: str, width: int = 0, reads: Callable[[str], Any] = str) -> None:
        super().__init__()
        self.context = context
        self.width, self.reads = width, reads
        """Short words are filled up to one width: the length of what is encrypted tells nothing. `reads` makes the
        value of the text again."""

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        if value is None:
            return None
        return keyring().encrypt(value.ljust(self.width), self.context, getattr(value, "row_id", None))

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        if value is None:
            return None
        try:
            text, row_id = keyring().open(bytes(value), self.context)
        except Misconfigured:
            if is_marking():
                return UNREADABLE
            raise
        text = text.rstrip() if self.width else text
        return text if row_id is None else RowText(text, row_id)


class Hidden(Generic[T]):
    """A value of its own kind (a day, a code) over the encrypted text of an attribute.

    In a list, one that cannot be read is None, as its text is marked.
    """

    def __init__(self, text: str, reads: Callable[[str], T]) -> None:
        self.text, self.reads = text, reads

    @overload
    def __get__(self, row: None, owner: type) -> Self: ...
    @overload
    def __get__(self, row: object, owner: type) -> T: ...
    def __get__(self, row: object | None, owner: type) -> Self | T:
        if row is None:
            return self
        text = getattr(row, self.text)
        return cast("T", None) if text is None or isinstance(text, Unreadable) else self.reads(text)

    def __set__(self, row: object, value: T) -> None:
        setattr(row, self.text, None if value is None else str(value))


def blind_index(value: str, context: str) -> str:
    """64 hex characters to store beside an encrypted value, to find it again (HMAC-SHA-256 under a separate key)."""
    return keyring().blind_index(value, context)


def blind_indexes(value: str, context: str) -> list[str]:
    """What to look for (`column.in_(…)`): the index under the newest and the older keys."""
    return keyring().blind_indexes(value, context)


class _TextUuid(Uuid[str]):
    """A UUID as text. SQLite holds its digits: they were checked on the way in, reading only puts the dashes back."""

    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str | None], str | None] | None:
        if dialect.supports_native_uuid:
            return super().result_processor(dialect, coltype)  # type: ignore[no-any-return, no-untyped-call]
        return lambda digits: None if digits is None else dashed(digits)


PublicId = _TextUuid(as_uuid=False)


def text_enum(values: type[Any], length: int = 40) -> Enum:
    """An `StrEnum` stored by its values in a plain text column (no database type to migrate), checked on the way."""
    return Enum(
        values,
        native_enum=False,
        create_constraint=False,
        validate_strings=True,
        length=length,
        values_callable=lambda members: [member.value for member in members],
    )
