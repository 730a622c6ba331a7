"""The directory of professionals and places: public, written by administrators and by a scope."""

from sqlalchemy.orm import Session

from parcours.registry.access import model
from parcours.registry.access.manifest import Context, Public, RecordOf, Shared
from parcours.registry.access.model import PRACTICE, Kind, Record, Role
from parcours.registry.access.rules import ANY, OWN_PRACTICE, office_of, rule
from parcours.registry.directory.claims import expire
from parcours.registry.directory.models import (
    Claim,
    Commune,
    Convention,
    DeficitZone,
    Fund,
    Import,
    NameToken,
    Offer,
    OldCommune,
    Opposition,
    Organisation,
    Postcode,
    Practice,
    Professional,
)
from parcours.registry.store.clock import paris_today
from parcours.registry.store.rotation import KeyedIndex

DIRECTORY = Record(Kind("directory"))
"""The directory as a whole."""
LINE = Kind("directory_line")
"""What is shown of one professional."""


class Action(model.Action):
    """Reading and keeping the directory."""

    READ_DIRECTORY = "read_directory"
    WRITE_DIRECTORY = "write_directory"
    KEEP_LINE = "keep_line"
    OPPOSE = "oppose"


class Scope(model.Scope):
    """What a program may ask of the directory: to read it, none is needed."""

    DIRECTORY_WRITE = "directory:write"


class Tag(model.Tag):
    """Changes of the directory."""

    PROFESSIONAL_CREATE = "people:professional:create"
    PROFESSIONAL_CHANGE = "people:professional:change"
    PROFESSIONAL_OPPOSE = "people:professional:oppose"
    PROFESSIONAL_REPORT = "people:professional:report"


DIRECTORY_PUBLIC = rule(
    "directory_public", tuple(Role), ANY,
    "L'annuaire des professionnels est public.", "The directory of professionals is public.",
)  # fmt: skip
OWN_LINE = rule(
    "own_line", PRACTICE, OWN_PRACTICE,
    "Un professionnel, ou qui travaille pour lui, tient sa propre fiche.",
    "A professional, or who works for them, keeps their own line.",
)  # fmt: skip


def line_of(_session: Session, row: Professional) -> Record:
    """The record of a professional's line."""
    return Record(LINE, row.id, professional_id=row.id)


TABLES = (
    Commune, Postcode, OldCommune, DeficitZone, Fund, Professional, Convention, Organisation, Practice, Offer,
    NameToken, Claim, Import,
)  # fmt: skip

CONTEXT = Context(
    name="directory",
    tables={
        **{one: Public() for one in TABLES},
        Opposition: Shared("A professional's opposition to being shown: known to the service alone, under encryption."),
    },
    kinds=(
        RecordOf(DIRECTORY.kind, Action.READ_DIRECTORY),
        RecordOf(LINE, Action.READ_DIRECTORY, Professional, line_of),
    ),
    actions=Action,
    signatures=frozenset({Action.OPPOSE}),
    rules=(
        DIRECTORY_PUBLIC.gives(Action.READ_DIRECTORY),
        OWN_LINE.gives(Action.KEEP_LINE, Action.OPPOSE),
        office_of(Scope.DIRECTORY_WRITE).gives(Action.WRITE_DIRECTORY),
    ),
    scopes=Scope,
    tags=Tag,
    expire=lambda session, _who: expire(session, paris_today()),
    keyed=(KeyedIndex("directory_oppositions", "rpps_index", lambda row: (row["rpps"], "directory_oppositions.rpps")),),
)
