"""The law as a book: all the data of the law, and the records that the rules read from it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from parcours.law import data, problems
from parcours.law.codes import UNKNOWN, ActKind, Ips, Pathway, Profile, Purpose, Status
from parcours.law.data import Series
from parcours.law.days import LawDataError
from parcours.law.flat import FlatContent, Records
from parcours.law.record import SITUATIONS, SPECIALTIES, STATUSES, LawRecord
from parcours.law.tariffs import ActEntry, Consultation
from parcours.law.texts import Article

FIELDS: dict[str, str] = {
    "age_exclusion": "parcours.age_exclusion",
    "grace_depart_annees": "medecin_traitant.grace_depart_annees",
    "installation_annees": "medecin_traitant.installation_annees",
    "exception_installation": "parcours.exception_installation",
    "exception_genetique": "parcours.exception_genetique",
    "exception_etudiants": "parcours.exception_etudiants",
    "exception_examen_enfant": "parcours.exception_examen_enfant",
    "exception_ipa": "parcours.exception_ipa",
    "exception_sage_femme": "parcours.exception_sage_femme",
    "psychiatrie_age_min": "parcours.psychiatrie_age_min",
    "psychiatrie_age_max": "parcours.psychiatrie_age_max",
    "majoration_taux": "majoration.taux",
    "majoration_plafond_assiette": "majoration.plafond_assiette",
    "taux_medecin": "taux.medecin",
    "taux_sage_femme": "taux.sage_femme",
    "taux_dentiste": "taux.dentiste",
    "taux_auxiliaire": "taux.auxiliaire",
    "taux_biologie": "taux.biologie",
    "taux_medicament_irremplacable": "taux.medicament_irremplacable",
    "taux_medicament_majeur": "taux.medicament_majeur",
    "taux_medicament_modere": "taux.medicament_modere",
    "taux_medicament_faible": "taux.medicament_faible",
    "taux_homeopathie": "taux.homeopathie",
    "taux_lpp": "taux.lpp",
    "taux_grand_appareillage": "taux.grand_appareillage",
    "taux_transport": "taux.transport",
    "taux_transport_urgent": "taux.transport_urgent",
    "taux_hospitalisation": "taux.hospitalisation",
    "taux_mon_soutien_psy": "taux.mon_soutien_psy",
    "taux_aspa": "taux.aspa",
    "aspa_dispositifs": "taux.aspa_dispositifs",
    "taux_cure_thermale": "taux.cure_thermale",
    "taux_telesurveillance": "taux.telesurveillance",
    "taux_hopital_sans_sejour": "taux.hopital_sans_sejour",
    "taux_service_pharmacien": "taux.service_pharmacien",
    "ivg_exoneree": "exoneration.ivg",
    "orthodontie_age": "exoneration.orthodontie_age",
    "contraception_age": "exoneration.contraception_age",
    "contraception_urgence": "exoneration.contraception_urgence",
    "ame_exclusions": "ame.exclusions_adulte",
    "seances_annee": "mon_soutien_psy.seances_annee",
    "psychologue_minimum": "mon_soutien_psy.age_minimum",
    "alsace_honoraires": "alsace_moselle.honoraires",
    "alsace_auxiliaires_biologie": "alsace_moselle.auxiliaires_biologie",
    "alsace_medicament_majeur": "alsace_moselle.medicament_majeur",
    "alsace_medicament_modere": "alsace_moselle.medicament_modere",
    "alsace_hospitalisation": "alsace_moselle.hospitalisation",
    "alsace_mon_soutien_psy": "alsace_moselle.mon_soutien_psy",
    "participation_montant": "participation_forfaitaire.montant",
    "participation_nombre_jour": "participation_forfaitaire.nombre_jour",
    "participation_nombre_annee": "participation_forfaitaire.nombre_annee",
    "participation_plafond_annee": "participation_forfaitaire.plafond_annee",
    "participation_age": "participation_forfaitaire.age_exemption",
    "franchise_medicament": "franchise.medicament",
    "franchise_auxiliaire": "franchise.auxiliaire",
    "franchise_transport": "franchise.transport",
    "franchise_plafond_jour_auxiliaire": "franchise.plafond_jour_auxiliaire",
    "franchise_plafond_jour_transport": "franchise.plafond_jour_transport",
    "franchise_plafond_annee": "franchise.plafond_annee",
    "acte_lourd_forfait": "acte_lourd.forfait",
    "acte_lourd_seuil": "acte_lourd.seuil_tarif",
    "acte_lourd_dentaire": "acte_lourd.dentaire",
    "urgences_forfait": "urgences.forfait",
    "urgences_forfait_minore": "urgences.forfait_minore",
    "forfait_journalier": "forfait_journalier.general",
    "sejour_jour_100": "exoneration.hospitalisation_jour",
    "avis_delai_mois": "remboursement.apc_delai_mois",
    "tiers_payant_droit": "tiers_payant.ald_maternite",
    "da_taux": "depassement.da_taux",
    "autorite_generaliste": "tarif_autorite.generaliste",
    "autorite_specialiste": "tarif_autorite.specialiste",
    "contrat_plafond_non_optam": "contrat_responsable.plafond_depassement_non_optam",
    "contrat_ecart_optam": "contrat_responsable.ecart_optam_points",
    "garde_opposable": "permanence_des_soins.tarif_opposable",
    "interne_opposable": "interne_medecine_generale.tarif_opposable",
    "age_nourrisson": "ages_tarifaires.nourrisson",
    "age_jeune_enfant": "ages_tarifaires.jeune_enfant",
    "age_fin_pediatrie": "ages_tarifaires.fin_pediatrie",
    "age_jeune_psychiatrie": "ages_tarifaires.jeune_psychiatrie",
}
"""The parameter behind each scalar field of the law record."""

MAY_BE_UNKNOWN = {
    *(name for name in FIELDS if name.startswith(("taux_", "alsace_", "franchise_", "autorite_"))),
    "contrat_plafond_non_optam",
    "contrat_ecart_optam",
    "installation_annees",
    "seances_annee",
    "contraception_age",
    "contraception_urgence",
    "psychologue_minimum",
    "avis_delai_mois",
    "tiers_payant_droit",
    "urgences_forfait",
    "urgences_forfait_minore",
    "acte_lourd_seuil",
}
"""Fields that may start after the first day of the law: the rules answer with their `UNKNOWN` case."""


@dataclass
class LawBook:
    """All the law data, parsed and checked."""

    parameters: dict[str, data.Parameter]
    consultations: dict[str, Consultation]
    acts: dict[str, ActEntry]
    specialties: dict[int, data.Specialty]
    acces_direct: dict[str, data.AccesDirect]
    articles: dict[str, Article]
    references: dict[str, Any]
    """Every text a rule, a case or a parameter rests on: the articles, then what belongs to no followed code."""
    sources: dict[str, Any]
    """Every document a value was read in; a text of law is one too."""
    readings: dict[str, data.Reading]
    codes: dict[str, Any]
    cases: dict[str, Any]
    gaps: dict[str, Any]
    glossary: dict[str, Any]
    notes: dict[str, Any]
    """What a rule notices beside the amounts, said."""
    spoken: dict[str, Any]
    """Files that only sentences read, by name: levers, guides, questions, sentences."""
    digest: str
    _records: dict[tuple[tuple[str, str], ...], Records] = field(default_factory=dict, compare=False)

    @property
    def fields(self) -> dict[str, str]:
        """The parameter behind each scalar field of the law record."""
        return FIELDS

    def records(self, readings: Mapping[str, str] | None = None) -> Records:
        """The flat law under some readings (name -> option); defaults otherwise."""
        key = value_readings(self.readings, readings or {})
        if key not in self._records:
            self._records[key] = build_records(self, dict(key))
        return self._records[key]

    def records_of(self, year: int, readings: Mapping[str, str]) -> Records:
        """The same for the days of one year: all that a reform that is tried on a year needs."""
        return build_records(self, dict(value_readings(self.readings, readings)), year)

    def on(self, day: date | int, readings: Mapping[str, str] | None = None) -> LawRecord:
        """The law in force on a day. A day before the first known value is an error that says so."""
        return self.records(readings).on(day)

    def eras(self, readings: Mapping[str, str] | None = None) -> list[int]:
        """First day (YYYYMMDD) of each period between two changes."""
        return self.records(readings).first_days

    @cached_property
    def verified_on(self) -> date:
        """The last day on which the data was checked as a whole: the oldest `verified_on` of the parameters."""
        return min(parameter.verified_on for parameter in self.parameters.values())


def flat_content(book: LawBook) -> FlatContent:
    """What a cache may keep of the book: enough to settle."""
    options = {key for parameter in book.parameters.values() for key in parameter.alternatives}
    return FlatContent(
        default=[tuple(row) for row in book.records().rows],
        alternatives={key: [tuple(row) for row in book.records(dict([key])).rows] for key in sorted(options)},
        acts=act_index(book),
        act_professions={key: entry.professions for key, entry in book.acts.items()},
        specialties={entry.slug: code for code, entry in book.specialties.items()},
        statuses={letter: dict(entry["label"]) for letter, entry in book.codes["status"].items()},
        readings={
            name: tuple(sorted(reading.options, key=lambda option: option != reading.default))
            for name, reading in book.readings.items()
        },
    )


def value_readings(known: Mapping[str, data.Reading], chosen: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The chosen readings that are not the default, checked against the known ones."""
    for name, option in chosen.items():
        if name not in known:
            raise LawDataError("readings.yaml", name, problems.unknown_reading.format(choices=sorted(known)))
        if option not in known[name].options:
            wrong = problems.unknown_option.format(option=repr(option), choices=known[name].options)
            raise LawDataError("readings.yaml", name, wrong)
    return tuple(sorted((name, option) for name, option in chosen.items() if option != known[name].default))


NEXT_NUMBER = ("participation_nombre_suivant", "participation_nombre_suivant_le")
"""The yearly number of contributions is that of the day of the refund (D160-6), which may be later than the care."""


def build_records(book: LawBook, readings: Mapping[str, str], year: int | None = None) -> Records:
    """One record for each period between two changes of any value a rule reads; `year`: those of that year alone."""
    scalars = {name: book.parameters[parameter].series(readings) for name, parameter in FIELDS.items()}
    tables = [*scalars.values(), *tariff_series(book), *act_series(book)]
    first = max(series.first_days[0] for name, series in scalars.items() if name not in MAY_BE_UNKNOWN)
    days = sorted({first, *(day for series in tables for day in series.change_days if day > first)})
    if year is not None:
        started = [day for day in days if day <= year * 10_000 + 101][-1:]
        days = [*started, *(day for day in days if year * 10_000 + 101 < day <= year * 10_000 + 1231)]
    fixed = fixed_tables(book)
    rows = [record_on(book, day, scalars, fixed) for day in days]
    return Records(days, rows)


def record_on(
    book: LawBook, day: int, scalars: Mapping[str, Series], fixed: Mapping[str, tuple[int, ...]]
) -> LawRecord:
    """The record of one day."""
    entries = list(book.acts.values())
    fields: dict[str, Any] = {
        "first_day": day,
        **{name: series.on(day) for name, series in scalars.items()},
        **dict(zip(NEXT_NUMBER, scalars["participation_nombre_annee"].next_after(day), strict=True)),
        "tarif": consultation_table(book, day),
        "acte_base": (UNKNOWN, *(entry.values.on(day) for entry in entries)),
        "acte_base_secteur_2": (UNKNOWN, *(entry.secteur_2.on(day) for entry in entries)),
        "acte_base_sage_femme": (UNKNOWN, *(entry.sage_femme.on(day) for entry in entries)),
        **fixed,
    }
    return LawRecord(**fields)


def consultation_table(book: LawBook, day: int) -> tuple[int, ...]:
    """Tariff of each profile in each situation: `profile * SITUATIONS + situation`."""
    table = [UNKNOWN] * ((max(Profile) + 1) * SITUATIONS)
    for slug, entry in book.consultations.items():
        row = Profile[slug.upper()] * SITUATIONS
        table[row : row + SITUATIONS] = [
            entry.coordonne.on(day),
            entry.sans_coordination.on(day),
            entry.secteur_2.on(day),
            entry.teleconsultation.on(day),
        ]
    return tuple(table)


def fixed_tables(book: LawBook) -> dict[str, tuple[int, ...]]:
    """The tables that do not change with the date."""
    entries = list(book.acts.values())
    statuses = {Status[letter]: entry for letter, entry in book.codes["status"].items()}
    acts = act_index(book)
    return {
        "profil": by_code(
            SPECIALTIES, {code: Profile[entry.profile.upper()] for code, entry in book.specialties.items()}
        ),
        "generaliste": by_code(SPECIALTIES, {code: int(entry.generaliste) for code, entry in book.specialties.items()}),
        "avis": by_code(
            SPECIALTIES,
            {
                code: acts[opinion_of(entry.profile)]
                for code, entry in book.specialties.items()
                if not entry.generaliste
            },
        ),
        "pathologie": by_code(SPECIALTIES, {code: int(entry.pathology) for code, entry in book.specialties.items()}),
        "laboratoire": by_code(SPECIALTIES, {code: int(entry.laboratory) for code, entry in book.specialties.items()}),
        "acces_direct": by_code(
            SPECIALTIES, {c: bits(f.purposes) for f in book.acces_direct.values() for c in f.specialties}
        ),
        "acces_direct_decret": by_code(
            SPECIALTIES, {c: int(f.decree) for f in book.acces_direct.values() for c in f.specialties}
        ),
        "acces_direct_age": by_code(
            SPECIALTIES, {c: int(f.age) for f in book.acces_direct.values() for c in f.specialties}
        ),
        "acte_kind": (0, *(int(ActKind[entry.kind.upper()]) for entry in entries)),
        "acte_taux": (0, *(entry.rate for entry in entries)),
        "acte_coefficient": (0, *(int(entry.coefficient) for entry in entries)),
        "acte_avis": (0, *(int(entry.opinion) for entry in entries)),
        "acte_ages_min": (0, *(entry.ages[0] for entry in entries)),
        "acte_ages_max": (0, *(entry.ages[1] for entry in entries)),
        "acte_teleconsultation": (0, *(int(entry.teleconsultation) for entry in entries)),
        "position": by_code(STATUSES, {code: Pathway[entry["position"].upper()] for code, entry in statuses.items()}),
        "majoree": by_code(STATUSES, {code: int(entry["majoration"]) for code, entry in statuses.items()}),
        "ips": by_code(STATUSES, {code: Ips[entry["ips"] or "BLANK"] for code, entry in statuses.items()}),
    }


def opinion_of(profile: str) -> str:
    """The act of a one-off opinion of a specialist, by profile (NGAP 18)."""
    return "APY" if profile in ("psychiatre", "neurologue") else "APC"


def by_code(size: int, values: Mapping[int, int]) -> tuple[int, ...]:
    """A table indexed by a national code."""
    return tuple(int(values.get(code, 0)) for code in range(size))


def bits(purposes: Iterable[str]) -> int:
    """Purposes as one number, one bit a purpose."""
    return sum(1 << Purpose[purpose.upper()] for purpose in purposes)


def act_index(book: LawBook) -> dict[str, int]:
    """Index of each act in the tables: 0 is the ordinary consultation, and so are its letters."""
    index = {"consultation": 0}
    for position, (key, entry) in enumerate(book.acts.items(), start=1):
        index[key] = 0 if entry.alias_of == "consultation" else position
    return index


def tariff_series(book: LawBook) -> list[Series]:
    """Every series of the consultation tariffs."""
    return [
        series
        for entry in book.consultations.values()
        for series in (entry.coordonne, entry.sans_coordination, entry.secteur_2, entry.teleconsultation)
    ]


def act_series(book: LawBook) -> list[Series]:
    """Every series of the table of acts."""
    return [series for entry in book.acts.values() for series in (entry.values, entry.secteur_2, entry.sage_femme)]
