"""A small country for the tests: two départements, three communes, a fund; people and doctors on demand."""

from datetime import UTC, date, datetime
from itertools import count

from parcours.registry.demo.fictitious import fictitious_am_number, fictitious_nir, fictitious_rpps
from parcours.registry.directory import service as directory
from parcours.registry.directory.models import Commune, DeficitZone, Fund
from parcours.registry.people import family
from parcours.registry.people import service as people
from parcours.registry.store.ids import new_id

ADULT_BORN = date(1980, 5, 17)


def instant(year, month, day, hour=12, minute=0):
    """An instant in UTC."""
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


class World:
    def __init__(self, session):
        self.session = session
        self.ranks = count(1)
        self.communes = {
            "99001": ("Exempleville", "99", 48.80, 2.30),
            "99002": ("Modèle-sur-Essai", "99", 48.85, 2.35),
            "98001": ("Fictif-les-Bains", "98", 45.76, 4.83),
        }
        for code, (name, department, latitude, longitude) in self.communes.items():
            session.add(
                Commune(
                    id=new_id(),
                    code=code,
                    name=name,
                    department=department,
                    latitude_e5=round(latitude * 1e5),
                    longitude_e5=round(longitude * 1e5),
                )
            )
        session.add(Fund(code="01C991", name="Caisse d'Exempleville", department="99"))
        session.flush()

    def person(self, born=ADULT_BORN, commune="99001", **changes):
        rank = next(self.ranks)
        return people.register_insured(
            self.session,
            **{
                "nir": fictitious_nir(rank),
                "family_name": f"Exemple-{rank}",
                "first_name": "Camille",
                "birth_date": born,
                "commune_code": commune,
                "fund_code": "01C991",
                "at": instant(2019, 1, 1) if born.year < 2019 else instant(2025, 1, 1),
                **changes,
            },
        )

    def parent_of(self, child):
        parent = self.person()
        family.add_holder(self.session, child_id=child.id, holder_id=parent.id, at=instant(2020, 1, 1))
        return parent

    def place(self, kind="cabinet", commune="99001", **changes):
        return directory.register_organisation(
            self.session, kind=kind, name=f"Cabinet {next(self.ranks)}", commune_code=commune, **changes
        )

    def doctor(self, place=None, specialty=1, since=date(2015, 1, 1), profession="medecin", **practice):
        rank = next(self.ranks)
        doctor = directory.register_professional(
            self.session,
            rpps=fictitious_rpps(rank),
            family_name=f"Modèle-{rank}",
            first_name="Dominique",
            profession=profession,
            specialty=specialty if profession == "medecin" else 0,
            installed_on=since,
        )
        directory.set_convention(self.session, doctor.id, "secteur_1", starts_on=since, at=instant(2018, 1, 1))
        directory.start_practice(
            self.session,
            doctor.id,
            (place or self.place()).id,
            starts_on=since,
            am_number=fictitious_am_number(rank),
            at=instant(2018, 1, 1),
            **practice,
        )
        return doctor

    def deficit_zone(self, commune, since=date(2010, 1, 1)):
        zone = DeficitZone(commune_code=commune, starts_on=since, recorded_at=instant(2018, 1, 1))
        self.session.add(zone)
        self.session.flush()
        return zone
