"""Write one part of a file: professionals, places, practices, offers, contacts. What is gone ends, as of its day."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from parcours.registry.directory.claims import expiry, refresh
from parcours.registry.directory.importing.gazetteer import Gazetteer
from parcours.registry.directory.importing.rpps import Line
from parcours.registry.directory.models import (
    Claim,
    ClaimSource,
    NameToken,
    Offer,
    OppositionScope,
    Organisation,
    OrganisationKind,
    Practice,
    PracticeMode,
    Precision,
    Professional,
    seed_of,
)
from parcours.registry.directory.offers import bucket_of, names_of, tokens_of
from parcours.registry.directory.oppositions import scopes_of
from parcours.registry.directory.trades import OTHERS
from parcours.registry.identity.names import fold, letters
from parcours.registry.store.bulk import insert_values
from parcours.registry.store.clock import now_utc
from parcours.registry.store.ids import new_ids
from parcours.registry.store.periods import known, replace

AT_ONCE = 500
"""Values of one question to the database."""
OWN = (
    "id", "key", "bucket", "professional_id", "organisation_id", "savoir_faire", "languages", "accessible",
    "first_seen", "seed", "hidden",
)  # fmt: skip
SAID = ("digest", "commune_code", "trade", "functions", "latitude_e5", "longitude_e5", "precision")
"""What a file may say anew of an offer."""


class Standing(NamedTuple):
    """An offer of an earlier file."""

    id: str
    digest: int
    ends_on: date | None
    professional_id: str
    organisation_id: str


def standing_in(session: Session, bucket: int) -> dict[str, Standing]:
    """The offers of a part that came from a file, by key."""
    rows = session.execute(
        select(Offer.key, Offer.id, Offer.digest, Offer.ends_on, Offer.professional_id, Offer.organisation_id)
        .where(Offer.bucket == bucket, Offer.digest.is_not(None))
    )  # fmt: skip
    return {row[0]: Standing._make(row[1:]) for row in rows}


def some(values: Iterable[str]) -> Iterator[list[str]]:
    """Values, so many at once."""
    rest = iter(values)
    while batch := list(islice(rest, AT_ONCE)):
        yield batch


def with_ids(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Rows with a new id before each."""
    return [(key, *row) for key, row in zip(new_ids(len(rows)), rows, strict=True)]


class Part:
    """One part of the country, in one transaction."""

    def __init__(self, session: Session, bucket: int, day: date, gazetteer: Gazetteer) -> None:
        self.session, self.bucket, self.day, self.gazetteer = session, bucket, day, gazetteer
        self.now = now_utc()

    def apply(self, lines: Mapping[str, Line]) -> None:
        """Bring the part in line with the file."""
        from parcours.registry.directory.importing.run import fingerprint

        self.standing = standing_in(self.session, self.bucket)
        digests = {key: fingerprint(line) for key, line in lines.items()}
        written = {
            key: line for key, line in lines.items()
            if key not in self.standing
            or self.standing[key].ends_on is not None
            or self.standing[key].digest != digests[key]
        }  # fmt: skip
        if written:
            people, newcomers = self.people(written.values())
            places = self.places(written.values())
            self.offers(written, digests, people, places)
            self.practices(written.values(), people, places, newcomers)
            self.contacts(written.values(), people, places, newcomers)
            known_before = sorted({people[line.rpps] for line in written.values()} - newcomers)
            for batch in some(known_before):
                refresh(self.session, batch, self.day)
        self.gone({key: one for key, one in self.standing.items() if one.ends_on is None and key not in lines})

    def people(self, lines: Iterable[Line]) -> tuple[dict[str, str], set[str]]:
        """Ids by number, those who were entered now; a changed name is changed."""
        by_number = {line.rpps: line for line in sorted(lines, key=lambda one: int(one.trade))[::-1]}
        ids: dict[str, str] = {}
        for batch in some(by_number):
            for row in self.session.scalars(select(Professional).where(Professional.rpps.in_(batch))):
                ids[row.rpps] = row.id
                self.rename(row, by_number[row.rpps])
        missing = [line for number, line in by_number.items() if number not in ids]
        rows, tokens = [], []
        for key, line in zip(new_ids(len(missing)), missing, strict=True):
            ids[line.rpps] = key
            specialty = int(line.trade) if int(line.trade) < OTHERS else 0
            search_name = letters(fold(line.family_name))
            said = (line.family_name, line.first_name, search_name, line.profession)
            rows.append((key, line.rpps, *said, specialty, 1, self.now))
            words = tokens_of(line.family_name, line.first_name)
            beside = names_of(words)
            tokens += [(word, key, beside) for word in words]
        names = ("id", "rpps", "family_name", "first_name", "search_name", "profession", "specialty", "version")
        insert_values(self.session, Professional, (*names, "recorded_at"), rows)
        insert_values(self.session, NameToken, ("token", "professional_id", "names"), tokens)
        return ids, {ids[line.rpps] for line in missing}

    def rename(self, row: Professional, line: Line) -> None:
        from parcours.registry.directory.offers import index_name

        if (row.family_name, row.first_name) != (line.family_name, line.first_name):
            row.family_name, row.first_name = line.family_name, line.first_name
            row.search_name = letters(fold(line.family_name))
            index_name(self.session, row)

    def places(self, lines: Iterable[Line]) -> dict[str, Organisation | str]:
        """Organisations by technical identifier: the row where it was there, the id where it was entered now."""
        by_key = {line.structure: line for line in lines}
        found: dict[str, Organisation | str] = {}
        for batch in some(by_key):
            for row in self.session.scalars(select(Organisation).where(Organisation.external_id.in_(batch))):
                found[row.external_id or ""] = row
                self.move(row, by_key[row.external_id or ""])
        missing = {key: line for key, line in by_key.items() if key not in found}
        numbers = self.adopt(missing, found)
        rows = []
        for new, (key, line) in zip(new_ids(len(missing)), missing.items(), strict=True):
            if key not in found:
                found[key] = new
                source = line.source_commune if line.source_commune != line.commune else None
                kind = OrganisationKind(line.kind)
                where = (line.address or None, line.postcode)
                number = numbers.pop(line.finess, None)
                rows.append(
                    (found[key], kind, line.place, line.commune, "none", key, number, source, *where, 1, self.now)
                )
        names = ("id", "kind", "name", "commune_code", "special_setting", "external_id", "finess", "source_commune")
        insert_values(self.session, Organisation, (*names, "address", "postcode", "version", "recorded_at"), rows)
        return found

    def adopt(self, missing: Mapping[str, Line], found: dict[str, Organisation | str]) -> dict[str, str]:
        """Structures that FINESS entered before; of the others, the numbers that nobody bears yet.

        A number is the first structure's: a pharmacy keeps its number when it is sold, and is another structure.
        """
        wanted: dict[str, str] = {}
        for key, line in missing.items():
            if line.finess:
                wanted.setdefault(line.finess, key)
        free = {number: number for number in wanted}
        for batch in some(wanted):
            for row in self.session.scalars(select(Organisation).where(Organisation.finess.in_(batch))):
                key = wanted[free.pop(row.finess or "")]
                if row.external_id is None:
                    row.external_id = key
                    found[key] = row
        return free

    @staticmethod
    def move(row: Organisation, line: Line) -> None:
        said = {"name": line.place, "commune_code": line.commune, "address": line.address or None}
        if any(getattr(row, name) != value for name, value in said.items()):
            if row.commune_code != line.commune:
                row.latitude_e5 = row.longitude_e5 = row.precision = None
            for name, value in said.items():
                setattr(row, name, value)
            row.postcode = line.postcode

    def offers(
        self, lines: Mapping[str, Line], digests: Mapping[str, int], people: Mapping[str, str],
        places: Mapping[str, Organisation | str],
    ) -> None:  # fmt: skip
        """Enter the new ones, change the others."""
        rows = []
        for new, (key, line) in zip(new_ids(len(lines)), lines.items(), strict=True):
            place, person = places[line.structure], people[line.rpps]
            said = (digests[key], line.commune, int(line.trade), line.function, *self.position(place, line))
            if key in self.standing:
                statement = update(Offer).where(Offer.id == self.standing[key].id)
                self.session.execute(statement.values(ends_on=None, **dict(zip(SAID, said, strict=True))))
                continue
            at = place if isinstance(place, str) else place.id
            own = (new, key, self.bucket, person, at, line.savoir_faire, "", "")
            rows.append((*own, self.day, seed_of(person), self.hidden(person), *said))
        insert_values(self.session, Offer, OWN + SAID, rows)

    def position(self, place: Organisation | str, line: Line) -> tuple[int | None, int | None, Precision]:
        if isinstance(place, Organisation) and place.latitude_e5 is not None:
            return place.latitude_e5, place.longitude_e5, place.precision or Precision.HOUSE
        return (*self.gazetteer.positions[line.commune], Precision.COMMUNE)

    @cached_property
    def opposed(self) -> frozenset[str]:
        """Professionals of this part who oppose being shown."""
        rows = self.session.execute(select(Professional.rpps, Professional.id)).all() if self.somebody_opposes else []
        mine = {rpps: key for rpps, key in rows if bucket_of(rpps) == self.bucket}
        found = {rpps for batch in some(mine) for rpps, scope in scopes_of(self.session, batch).items()
                 if scope is OppositionScope.ALL}  # fmt: skip
        return frozenset(mine[rpps] for rpps in found)

    @cached_property
    def somebody_opposes(self) -> bool:
        from parcours.registry.directory.models import Opposition

        return self.session.scalar(select(Opposition.id).where(Opposition.withdrawn_on.is_(None)).limit(1)) is not None

    def hidden(self, professional_id: str) -> bool:
        return professional_id in self.opposed

    @staticmethod
    def open_practices(batch: list[str]) -> Any:
        mine = select(Practice).where(Practice.professional_id.in_(batch))
        return mine.where(known(Practice), Practice.ends_on.is_(None))

    def practices(
        self, lines: Iterable[Line], people: Mapping[str, str], places: Mapping[str, Organisation | str],
        newcomers: set[str],
    ) -> None:  # fmt: skip
        """Where they work, from the day of the file; the first place of somebody is the principal one."""
        there: set[tuple[str, str]] = set()
        main = set()
        for batch in some(sorted(set(people.values()) - newcomers)):
            rows = select(Practice).where(
                Practice.professional_id.in_(batch), known(Practice), Practice.ends_on.is_(None)
            )
            for row in self.session.scalars(rows):
                there.add((row.professional_id, row.organisation_id))
                if row.main:
                    main.add(row.professional_id)
        made = []
        for line in lines:
            person, place = people[line.rpps], places[line.structure]
            at = place if isinstance(place, str) else place.id
            if (person, at) in there:
                continue
            there.add((person, at))
            made.append((person, at, PracticeMode(line.mode), person not in main, self.day, self.now))
            main.add(person)
        names = ("id", "professional_id", "organisation_id", "mode", "main", "starts_on", "recorded_at")
        insert_values(self.session, Practice, names, with_ids(made))

    def contacts(
        self, lines: Iterable[Line], people: Mapping[str, str], places: Mapping[str, Organisation | str],
        newcomers: set[str],
    ) -> None:  # fmt: skip
        """Telephones and e-mails as the file says them; what it says no more, ends."""
        said: dict[tuple[str, str], dict[tuple[str, str], None]] = {}
        for line in lines:
            place = places[line.structure]
            at = (people[line.rpps], place if isinstance(place, str) else place.id)
            values = [("phone", one) for one in line.phones.split()] + ([("email", line.email)] if line.email else [])
            said.setdefault(at, {}).update(dict.fromkeys(values))
        for batch in some(sorted({person for person, _ in said} - newcomers)):
            rows = select(Claim).where(Claim.professional_id.in_(batch), Claim.source == ClaimSource.IMPORT)
            for claim in self.session.scalars(rows.where(Claim.attribute.in_(("phone", "email")))):
                at = (claim.professional_id, claim.organisation_id or "")
                if at in said and (claim.expires_on is None or claim.expires_on > self.day):
                    if (claim.attribute, claim.value) in said[at]:
                        del said[at][claim.attribute, claim.value]
                    else:
                        claim.expires_on = self.day
        ends = {attribute: expiry(attribute, self.day) for attribute in ("phone", "email")}
        made = [
            (person, place, attribute, value, ClaimSource.IMPORT, self.day, ends[attribute], self.now)
            for (person, place), values in said.items()
            for attribute, value in values
        ]
        names = (
            "id",
            "professional_id",
            "organisation_id",
            "attribute",
            "value",
            "source",
            "observed_on",
            "expires_on",
        )
        insert_values(self.session, Claim, (*names, "recorded_at"), with_ids(made))

    def gone(self, gone: Mapping[str, Standing]) -> None:
        """What is no longer in the file ends on its day: the offers, and the practices that have none left."""
        if not gone:
            return
        keys = {one.id for one in gone.values()}
        for batch in some(sorted(keys)):
            self.session.execute(update(Offer).where(Offer.id.in_(batch)).values(ends_on=self.day))
        ended = {(one.professional_id, one.organisation_id) for one in gone.values()}
        for batch in some(sorted({person for person, _ in ended})):
            left = select(Offer.professional_id, Offer.organisation_id)
            left = left.where(Offer.professional_id.in_(batch), Offer.ends_on.is_(None))
            ended -= {(person, place) for person, place in self.session.execute(left)}
            rows = select(Practice).where(
                Practice.professional_id.in_(batch), known(Practice), Practice.ends_on.is_(None)
            )
            for row in self.session.scalars(rows).all():
                if (row.professional_id, row.organisation_id) in ended:
                    replace(self.session, row, self.now, ends_on=max(self.day, row.starts_on))
