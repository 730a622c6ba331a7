"""The communes in memory: what the commune of a line is, a million times over."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.registry.directory.models import Commune, OldCommune, Postcode
from parcours.registry.directory.places import SHORT
from parcours.registry.identity.names import fold

Position = tuple[int | None, int | None]


class Gazetteer:
    """Codes of today and of before, postcodes, arrondissements, positions."""

    def __init__(self, session: Session) -> None:
        rows = session.execute(
            select(
                Commune.code, Commune.search_name, Commune.mother_code, Commune.latitude_e5, Commune.longitude_e5,
            )
        )  # fmt: skip
        self.positions: dict[str, Position] = {}
        self.mothers: dict[str, str] = {}
        names: dict[str, str] = {}
        for code, name, mother, latitude, longitude in rows:
            self.positions[code], names[code] = (latitude, longitude), name
            if mother:
                self.mothers[code] = mother
        self.wholes = set(self.mothers.values())
        self.old = {code: now for code, now in session.execute(select(OldCommune.code, OldCommune.commune_code))}  # noqa: C416 - rows are not pairs
        self.by_name: dict[tuple[str, str], str] = {}
        self.parts: dict[tuple[str, str], list[str]] = {}
        for postcode, code in session.execute(select(Postcode.postcode, Postcode.commune_code)):
            self.by_name[postcode, names[code]] = code
            if code in self.mothers:
                self.parts.setdefault((postcode, self.mothers[code]), []).append(code)

    def commune(self, code: str, postcode: str, name: str) -> str | None:
        """By its code, that of a commune merged since, or by postcode and name; of a whole city, the arrondissement."""
        found = code if code in self.positions else self.old.get(code)
        if found in self.wholes:
            parts = self.parts.get((postcode, found), [])
            return parts[0] if len(parts) == 1 else found
        if found:
            return found
        words = [SHORT.get(word, word) for word in fold(name).split()]
        if "CEDEX" in words:
            words = words[: words.index("CEDEX")]
        return self.by_name.get((postcode, " ".join(words)))
