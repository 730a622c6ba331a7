"""The directory of professionals and places: public, written by administrators and by a scope."""

from __future__ import annotations

from typing import Final

from parcours.registry.access import model
from parcours.registry.access.manifest import Context, Public, RecordOf, Shared
from parcours.registry.access.model import Kind, Record, Role
from parcours.registry.access.rules import ANY, office_of, rule
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
from parcours.registry.store.rotation import KeyedIndex

DIRECTORY: Final = Record(Kind("directory"))
"""The directory as a whole."""


class Action(model.Action):
    """Reading and keeping the directory."""

    READ_DIRECTORY = "read_directory"
    WRITE_DIRECTORY = "write_directory"


class Scope(model.Scope):
    """What a program may ask of the directory: to read it, none is needed."""

    DIRECTORY_WRITE = "directory:write"


class Tag(model.Tag):
    """Changes of the directory."""

    PROFESSIONAL_CREATE = "people:professional:create"
    PROFESSIONAL_CHANGE = "people:professional:change"


DIRECTORY_PUBLIC: Final = rule(
    "directory_public", tuple(Role), ANY,
    "L'annuaire des professionnels est public.", "The directory of professionals is public.",
)  # fmt: skip

TABLES: Final = (
    Commune, Postcode, OldCommune, DeficitZone, Fund, Professional, Convention, Organisation, Practice, Offer,
    NameToken, Claim, Import,
)  # fmt: skip

CONTEXT: Final = Context(
    name="directory",
    tables={
        **{one: Public() for one in TABLES},
        Opposition: Shared("A professional's opposition to being shown: known to the service alone, under encryption."),
    },
    kinds=(RecordOf(DIRECTORY.kind, Action.READ_DIRECTORY),),
    actions=Action,
    rules=(
        DIRECTORY_PUBLIC.gives(Action.READ_DIRECTORY),
        office_of(Scope.DIRECTORY_WRITE).gives(Action.WRITE_DIRECTORY),
    ),
    scopes=Scope,
    tags=Tag,
    keyed=(KeyedIndex("directory_oppositions", "rpps_index", lambda row: (row["rpps"], "directory_oppositions.rpps")),),
)
