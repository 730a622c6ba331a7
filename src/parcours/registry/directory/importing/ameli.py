"""The file of the fund: sectors, OPTAM, carte Vitale; by RPPS, else by name and commune where one alone fits."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from parcours.law.codes import Convention as ConventionCode
from parcours.registry.directory.claims import expiry, refresh
from parcours.registry.directory.importing.apply import some
from parcours.registry.directory.importing.gazetteer import Gazetteer
from parcours.registry.directory.importing.rows import Rows, blocks, named
from parcours.registry.directory.importing.run import Asked
from parcours.registry.directory.models import Claim, ClaimSource, Convention, Offer, Professional
from parcours.registry.identity.names import fold, letters
from parcours.registry.store.bulk import insert_values
from parcours.registry.store.clock import now_utc
from parcours.registry.store.ids import new_id
from parcours.registry.store.periods import holding

COLUMNS = {
    "rpps": ("rpps", ""),
    "family_name": ("nom",),
    "first_name": ("prenom",),
    "postcode": ("code_postal",),
    "commune_name": ("commune",),
    "convention": ("convention",),
    "optam": ("optam",),
    "carte_vitale": ("carte_vitale",),
    "carte_vitale_app": ("carte_vitale_app", ""),
}
"""The names of the new file are not published here: `--map` says them."""
FORMER = {
    "family_name": 1, "first_name": 2, "postcode": 7, "commune_name": 8, "convention": 13, "optam": 14,
    "carte_vitale": 15,
}  # fmt: skip
"""Places in the former file, which has no header."""
YES = frozenset({"O", "OUI", "1", "TRUE"})
VITALE = ("carte_vitale", "carte_vitale_app")
STRONGER = (ClaimSource.PROFESSIONAL, ClaimSource.DELEGATE, ClaimSource.FUND)
Line = Mapping[str, str]


def ameli(session: Session, rows: Rows, asked: Asked, counts: Counter[str]) -> None:
    """Sectors and cartes Vitale, block by block; the first line of a professional counts."""
    first = next(rows, [])
    every: Iterator[Line]
    if first[:1] in (["H"], ["F"]) and len(first) > max(FORMER.values()):
        every = _of_former(_again(first, rows), counts)
    else:
        every = named(_again(first, rows), COLUMNS, asked, counts)
    file = File(session, asked, counts)
    for block in blocks(every):
        file.take(block)


def _again(first: list[str], rows: Rows) -> Rows:
    yield first
    yield from rows


def _of_former(rows: Rows, counts: Counter[str]) -> Iterator[Line]:
    for row in rows:
        counts["rows"] += 1
        if len(row) > max(FORMER.values()):
            yield {name: row[at].strip() for name, at in FORMER.items()}
        else:
            counts["refused:short_line"] += 1


def sector_of(convention: str, optam: str) -> str | None:
    """The slug of a sector (TRE_R282); None where it is not known."""
    code = convention.strip().lower()
    if code == "c3":
        return "secteur_2_optam" if optam.strip().upper() in YES else "secteur_2"
    return {"c1": "secteur_1", "c2": "secteur_1", "nc": "non_conventionne"}.get(code)


@dataclass
class File:
    """One file, being written."""

    session: Session
    asked: Asked
    counts: Counter[str]
    done: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.gazetteer, self.now = Gazetteer(self.session), now_utc()

    def take(self, block: Iterable[Line]) -> None:
        """Write what a block says that was not known."""
        said = [(one, sector_of(one["convention"], one["optam"])) for one in block]
        known = [(one, sector) for one, sector in said if sector is not None]
        self.counts["refused:convention"] += len(said) - len(known)
        whose = self.by_number([one for one, _ in known]) | self.by_name([one for one, _ in known])
        mine: dict[str, tuple[str, Line]] = {}
        for rank, (one, sector) in enumerate(known):
            person = whose.get(rank)
            if person is None:
                self.counts["ignored:nobody_or_several"] += 1
            elif person not in self.done:
                self.done.add(person)
                mine[person] = (sector, one)
        self.write(mine)

    def by_number(self, lines: list[Line]) -> dict[int, str]:
        """Who bears the number of a line, by the line's rank."""
        ranks = {rank: one["rpps"] for rank, one in enumerate(lines) if one.get("rpps")}
        ids: dict[str, str] = {}
        for batch in some(sorted(set(ranks.values()))):
            rows = select(Professional.rpps, Professional.id).where(Professional.rpps.in_(batch))
            ids |= {rpps: key for rpps, key in self.session.execute(rows)}  # noqa: C416 - rows are not pairs
        return {rank: ids[number] for rank, number in ranks.items() if number in ids}

    def by_name(self, lines: list[Line]) -> dict[int, str]:
        """Who alone bears a name in a commune, for lines without a number."""
        wanted: dict[int, tuple[str, str, str]] = {}
        for rank, one in enumerate(lines):
            commune = None if one.get("rpps") else self.gazetteer.commune("", one["postcode"], one["commune_name"])
            if commune is not None:
                wanted[rank] = (letters(fold(one["family_name"])), fold(one["first_name"]), commune)
        fitting: dict[tuple[str, str, str], set[str]] = {}
        communes = sorted({commune for _, _, commune in wanted.values()})
        for names in some(sorted({name for name, _, _ in wanted.values()})):
            for there in some(communes):
                rows = self.session.execute(
                    select(Professional.search_name, Professional.first_name, Offer.commune_code, Professional.id)
                    .join(Offer, Offer.professional_id == Professional.id)
                    .where(Professional.search_name.in_(names), Offer.commune_code.in_(there))
                )
                for name, first_name, commune, key in rows:
                    fitting.setdefault((name, fold(first_name), commune), set()).add(key)
        alone = {key: next(iter(ids)) for key, ids in fitting.items() if len(ids) == 1}
        return {rank: alone[key] for rank, key in wanted.items() if key in alone}

    def write(self, mine: Mapping[str, tuple[str, Line]]) -> None:
        """Conventions and claims that differ, and the offers they show in."""
        present = self.conventions(mine)
        claims = self.claims(mine)
        sectors = {key: sector for key, (sector, _) in mine.items() if self.sector_before(present, key) != sector}
        said = {
            (key, name): "yes" if one[name].strip().upper() in YES else "no"
            for key, (_, one) in mine.items() for name in VITALE if name in one
        }  # fmt: skip
        vitale = {at: value for at, value in said.items() if claims.get(at) != value}
        touched = {key for key, _ in vitale} | set(sectors)
        new = {key for key in touched if key not in present}
        self.counts.update(standing=len(present), new=len(new), changed=len(touched - new))
        self.counts["same"] += len(mine) - len(touched)
        self.keep_conventions(sectors, present)
        self.keep_claims(vitale)
        self.show(sectors, {key: value for (key, name), value in vitale.items() if name == "carte_vitale"})

    @staticmethod
    def sector_before(present: Mapping[str, Any], key: str) -> str | None:
        return present[key].convention if key in present else None

    def conventions(self, mine: Iterable[str]) -> dict[str, Any]:
        """The convention that holds, by professional."""
        on, found = self.asked.snapshot_on, dict[str, Any]()
        columns = (Convention.id, Convention.professional_id, Convention.convention, Convention.starts_on)
        for batch in some(sorted(mine)):
            rows = select(*columns).where(Convention.professional_id.in_(batch), holding(Convention, on))
            found |= {row.professional_id: row for row in self.session.execute(rows.order_by(Convention.starts_on))}
        return found

    def claims(self, mine: Iterable[str]) -> dict[tuple[str, str], str]:
        """What an earlier file said of cartes Vitale, and still counts."""
        on, found = self.asked.snapshot_on, dict[tuple[str, str], str]()
        for batch in some(sorted(mine)):
            rows = select(Claim.professional_id, Claim.attribute, Claim.value).where(
                Claim.professional_id.in_(batch), Claim.attribute.in_(VITALE), Claim.source == ClaimSource.IMPORT,
                Claim.organisation_id.is_(None), or_(Claim.expires_on.is_(None), Claim.expires_on > on),
            )  # fmt: skip
            found |= {(key, name): value for key, name, value in self.session.execute(rows.order_by(Claim.observed_on))}
        return found

    def keep_conventions(self, sectors: Mapping[str, str], present: Mapping[str, Any]) -> None:
        """The one before ends on the day of the file, as known from now on."""
        on, before = self.asked.snapshot_on, [present[key] for key in sectors if key in present]
        for batch in some(row.id for row in before):
            self.session.execute(update(Convention).where(Convention.id.in_(batch)).values(superseded_at=self.now))
        rows: list[tuple[Any, ...]]
        rows = [(new_id(), one.professional_id, one.convention, one.starts_on, on, self.now) for one in before]
        rows += [(new_id(), key, sector, on, None, self.now) for key, sector in sectors.items()]
        names = ("id", "professional_id", "convention", "starts_on", "ends_on", "recorded_at")
        insert_values(self.session, Convention, names, rows)

    def keep_claims(self, vitale: Mapping[tuple[str, str], str]) -> None:
        """What an earlier file said ends; this one counts from its day."""
        on = self.asked.snapshot_on
        for name in VITALE:
            for batch in some(key for key, attribute in vitale if attribute == name):
                self.session.execute(
                    update(Claim)
                    .where(Claim.professional_id.in_(batch), Claim.attribute == name, Claim.expires_on > on)
                    .where(Claim.source == ClaimSource.IMPORT, Claim.organisation_id.is_(None))
                    .values(expires_on=on)
                )
        rows = [
            (new_id(), key, name, value, ClaimSource.IMPORT, on, expiry(name, on), self.now)
            for (key, name), value in vitale.items()
        ]
        names = ("id", "professional_id", "attribute", "value", "source", "observed_on", "expires_on", "recorded_at")
        insert_values(self.session, Claim, names, rows)

    def show(self, sectors: Mapping[str, str], vitale: Mapping[str, str]) -> None:
        """The offers, as a search reads them; where somebody stronger has spoken, what they said stays."""
        for sector in sorted(set(sectors.values())):
            code = int(ConventionCode[sector.upper()])
            for batch in some(key for key, one in sectors.items() if one == sector):
                self.session.execute(update(Offer).where(Offer.professional_id.in_(batch)).values(sector=code))
        for batch in some(vitale):
            stronger = set(
                self.session.scalars(
                    select(Claim.professional_id)
                    .where(Claim.professional_id.in_(batch), Claim.attribute == "carte_vitale")
                    .where(Claim.source.in_(STRONGER))
                )
            )
            for value, flag in (("yes", True), ("no", False)):
                keys = [key for key in batch if vitale[key] == value and key not in stronger]
                self.session.execute(update(Offer).where(Offer.professional_id.in_(keys)).values(carte_vitale=flag))
            refresh(self.session, sorted(stronger), self.asked.snapshot_on)
