"""The invented country of the demonstration: communes, funds, places, professionals, people in no story."""

from datetime import UTC, date, datetime, time, timedelta
from random import Random

from sqlalchemy.orm import Session

from parcours.law import thresholds
from parcours.registry.declarations import service as declarations
from parcours.registry.declarations.models import Declaration
from parcours.registry.declarations.service import Proposal
from parcours.registry.demo.fictitious import fictitious_am_number, fictitious_finess, fictitious_nir, fictitious_rpps
from parcours.registry.directory import service as directory
from parcours.registry.directory.claims import state
from parcours.registry.directory.models import ClaimSource, Commune, DeficitZone, Fund, Organisation, Professional
from parcours.registry.directory.offers import together
from parcours.registry.people import service as people
from parcours.registry.people.models import Insured
from parcours.registry.referrals import service as referrals
from parcours.registry.referrals.letters import Letter, NewReferral
from parcours.registry.store.clock import PARIS

OPENING = date(2015, 1, 5)
"""Day on which the fictitious practices open."""

COMMUNES = (
    ("99001", "Exempleville", "99", 47.22, 0.68),
    ("99002", "Modèle-sur-Essai", "99", 47.25, 0.75),
    ("99003", "Saint-Spécimen", "99", 47.12, 0.55),
    ("99004", "Le Gabarit", "99", 47.38, 0.91),
    ("99005", "Maquette-la-Forêt", "99", 47.01, 0.98),
    ("98001", "Fictif-les-Bains", "98", 46.10, 3.42),
    ("98002", "Prototype", "98", 46.15, 3.50),
    ("98003", "Hypothèse-le-Vieux", "98", 46.02, 3.31),
    ("96001", "Port-Témoin", "96", 48.65, -2.02),
    ("96002", "Échantillon", "96", 48.60, -1.95),
)
DEFICIT_ZONES = ("99005", "98003")
FUNDS = {"99": "01C991", "98": "01C981", "96": "01C961"}
FAMILY_NAMES = ("Exemple", "Essai", "Modèle", "Spécimen", "Maquette", "Gabarit", "Témoin", "Fictif", "Patron", "Démo")
FIRST_NAMES = ("Camille", "Dominique", "Claude", "Sacha", "Alix", "Maxime", "Charlie", "Andrea", "Noa", "Eden")
SPECIALTIES = (3, 5, 6, 7, 8, 11, 12, 13, 14, 15, 32, 33, 41, 42, 70)
GP_CONVENTIONS = ("secteur_1", "secteur_1", "secteur_1", "secteur_2_optam")
SPECIALIST_CONVENTIONS = ("secteur_1", "secteur_2_optam", "secteur_2")


class Country:
    """What the stories are written with."""

    def __init__(self, session: Session, rng: Random) -> None:
        self.session = session
        self.rng = rng
        self.gps: list[Professional] = []
        self.commune_of: dict[str, str] = {}
        self.next_doctor = 1000
        self.next_place = 1

    def build(self) -> None:
        """Communes, zones, funds, places and the doctors who are in no story."""
        for code, name, department, latitude, longitude in COMMUNES:
            self.session.add(
                Commune(
                    code=code,
                    name=name,
                    department=department,
                    latitude_e5=round(latitude * 1e5),
                    longitude_e5=round(longitude * 1e5),
                )
            )
        self.session.flush()
        for code in DEFICIT_ZONES:
            self.session.add(DeficitZone(commune_code=code, starts_on=OPENING, recorded_at=noon(OPENING)))
        for department, code in FUNDS.items():
            self.session.add(Fund(code=code, name=f"Caisse fictive {department}", department=department))
        self.session.flush()
        with together(self.session):
            for commune, *_ in COMMUNES:
                for _ in range(4):
                    self.gps.append(self.doctor(commune=commune, convention=self.rng.choice(GP_CONVENTIONS)))
            self.say()
            for commune in ("99001", "98001", "96001"):
                for specialty in SPECIALTIES:
                    convention = self.rng.choice(SPECIALIST_CONVENTIONS)
                    self.doctor(specialty=specialty, commune=commune, convention=convention)

    def say(self) -> None:
        """A telephone for each general practitioner; half of them say that they take new patients."""
        for rank, doctor in enumerate(self.gps):
            said = {"phone": f"01 99 00 {rank // 100:02d} {rank % 100:02d}"}
            said |= {"accepts_adults": "yes"} if rank % 2 else {}
            state(self.session, doctor.id, said, ClaimSource.PROFESSIONAL)

    def populate(self, count: int) -> None:
        """People in no story: most have a médecin traitant, some never declared, some are covered by C2S or an ALD."""
        for rank in range(1000, 1000 + count):
            commune = self.rng.choice(COMMUNES)[0]
            person = self.person(rank, born=self._birth_date(), commune=commune)
            if self.rng.random() < 0.1:
                people.open_right(self.session, person.id, "c2s", starts_on=date(2026, 1, 1), ends_on=date(2027, 1, 1))
            if self.rng.random() < 0.15:
                number = str(self.rng.randint(1, 30))
                people.open_right(self.session, person.id, "ald", starts_on=date(2022, 1, 1), detail=number)
            start = date(2020, 1, 1)
            adult = people.age_on(person.birth_date, start) >= thresholds.majority(start)
            if adult and self.rng.random() < 0.85:
                near = [one for one in self.gps if self.commune_of[one.id] == commune]
                self.declare(person, self.rng.choice(near), start + timedelta(self.rng.randrange(2000)))

    def _birth_date(self) -> date:
        return date(1932, 1, 1) + timedelta(days=self.rng.randrange(33_500))

    def place(
        self, kind: str = "cabinet", commune: str = "99001", name: str | None = None, **more: str
    ) -> Organisation:
        rank = self.next_place
        self.next_place += 1
        finess = fictitious_finess(rank) if kind in {"centre_de_sante", "hopital", "maison_de_sante"} else None
        return directory.register_organisation(
            self.session, kind=kind, name=name or f"Cabinet Exemple {rank}", commune_code=commune, finess=finess, **more
        )

    def doctor(
        self,
        rank: int | None = None,
        *,
        specialty: int = 1,
        place: Organisation | None = None,
        commune: str = "99001",
        since: date = OPENING,
        profession: str = "medecin",
        convention: str = "secteur_1",
        **practice: str,
    ) -> Professional:
        """A professional with a convention and a principal place."""
        if rank is None:
            rank, self.next_doctor = self.next_doctor, self.next_doctor + 1
        doctor = directory.register_professional(
            self.session,
            rpps=fictitious_rpps(rank),
            family_name=f"{FAMILY_NAMES[rank % 10]}-{rank:03d}",
            first_name=FIRST_NAMES[rank // 10 % 10],
            profession=profession,
            specialty=specialty if profession == "medecin" else 0,
            installed_on=since,
        )
        if profession == "medecin":
            directory.set_convention(self.session, doctor.id, convention, starts_on=since, at=noon(since))
        where = place or self.place(commune=commune)
        directory.start_practice(
            self.session,
            doctor.id,
            where.id,
            starts_on=since,
            am_number=fictitious_am_number(rank),
            at=noon(since),
            **practice,  # type: ignore[arg-type]
        )
        self.commune_of[doctor.id] = where.commune_code
        return doctor

    def person(self, rank: int, *, born: date, commune: str = "99001", scheme: str = "general") -> Insured:
        """Somebody insured since birth at the fund of the commune."""
        department = next(one[2] for one in COMMUNES if one[0] == commune)
        return people.register_insured(
            self.session,
            nir=fictitious_nir(rank),
            family_name=f"{FAMILY_NAMES[rank % 10]}-{rank:03d}",
            first_name=FIRST_NAMES[rank // 10 % 10],
            birth_date=born,
            commune_code=commune,
            fund_code=FUNDS[department],
            scheme=scheme,
            address=f"{rank % 90 + 1} rue de l'Exemple",
            at=noon(max(born, OPENING)),
        )

    def declare(self, person: Insured, doctor: Professional, on: date, **options: object) -> Declaration:
        """Both agree on a day."""
        proposal = Proposal(person.id, doctor.id, **options)  # type: ignore[arg-type]
        declaration = declarations.propose(self.session, proposal, at=noon(on))
        return declarations.agree(self.session, declaration.id, party="doctor", at=noon(on))

    def refer(self, person: Insured, author: Professional, flow: str, on: date, reason: str, **to: object) -> str:
        """A letter with every section filled."""
        letter = Letter(
            reason=reason,
            question="Quel est votre avis sur la suite à donner ?",
            history="Antécédents fictifs, sans particularité.",
            current_treatment="Aucun traitement au long cours.",
            examinations_done="Examen clinique fictif du jour.",
            allergies="Aucune connue.",
            expectations="Un compte rendu au médecin traitant.",
        )
        new = NewReferral(person.id, author.id, flow=flow, letter=letter, issued_on=on, **to)  # type: ignore[arg-type]
        return referrals.write_referral(self.session, new, at=noon(on)).id


def noon(day: date) -> datetime:
    """Noon in Paris on a day, in UTC: when things happen in this country."""
    return datetime.combine(day, time(12), PARIS).astimezone(UTC)
