"""The form of `/lab`: sliders and switches, and the reform that an address says. It needs no extra of the package."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from parcours.law.loader import load
from parcours.law.tariffs import SITUATIONS
from parcours.text import Text, euros, percent

YEAR = 2025
"""The last year whose law is known whole."""
DAY = YEAR * 10_000 + 101
GP = "G"
CONTRIBUTION = "participation_forfaitaire.montant"
OPENED = ("dermatologie", "orl", "gynecologie_medicale", "gynecologie_obstetrique")


@dataclass(frozen=True)
class Slider:
    """A value that people debate: what it moves, its bounds, its words."""

    key: str
    target: str
    low: int
    high: int
    step: str
    unit: str
    label: Text


SLIDERS = (
    Slider(
        "maj", "majoration.taux", 0, 100, "5", "%", Text("Majoration hors du parcours", "Surcharge outside the pathway")
    ),
    Slider(
        "maj-cap",
        "majoration.plafond_assiette",
        0,
        80,
        "0.5",
        "€",
        Text("Base du plafond de la majoration", "Base of the cap of the surcharge"),
    ),
    Slider("pf", CONTRIBUTION, 1, 6, "0.5", "€", Text("Participation par acte", "Contribution for each act")),
    Slider(
        "pf-year",
        "participation_forfaitaire.plafond_annee",
        0,
        200,
        "10",
        "€",
        Text("Participations : plafond d'une année", "Contributions: cap of a year"),
    ),
    Slider("fr-drug", "franchise.medicament", 0, 5, "0.5", "€", Text("Franchise par boîte", "Deductible for each box")),
    Slider(
        "fr-aux",
        "franchise.auxiliaire",
        0,
        5,
        "0.5",
        "€",
        Text("Franchise par acte d'auxiliaire", "Deductible for each allied health act"),
    ),
    Slider(
        "fr-trip", "franchise.transport", 0, 20, "1", "€", Text("Franchise par trajet", "Deductible for each journey")
    ),
    Slider(
        "fr-year",
        "franchise.plafond_annee",
        0,
        200,
        "10",
        "€",
        Text("Franchises : plafond d'une année", "Deductibles: cap of a year"),
    ),
    Slider("doctor", "taux.medecin", 0, 100, "5", "%", Text("Remboursement des médecins", "Refund of doctors")),
    Slider("dentist", "taux.dentiste", 0, 100, "5", "%", Text("Remboursement des dentistes", "Refund of dentists")),
    Slider(
        "aux", "taux.auxiliaire", 0, 100, "5", "%", Text("Remboursement des auxiliaires", "Refund of allied health")
    ),
    Slider(
        "lab", "taux.biologie", 0, 100, "5", "%", Text("Remboursement de la biologie", "Refund of laboratory tests")
    ),
    Slider("gp", GP, 20, 60, "1", "€", Text("Consultation du généraliste", "General practitioner's consultation")),
    Slider(
        "ald",
        "taux_exoneration_ald",
        50,
        100,
        "1",
        "%",
        Text("Remboursement des affections de longue durée", "Refund of long-term illnesses"),
    ),
    Slider(
        "shield",
        "annual_ceiling_rac_amo",
        0,
        2000,
        "50",
        "€",
        Text(
            "Plafond annuel de ce qui reste après l'assurance maladie (0 : aucun)",
            "Annual ceiling on what health insurance leaves (0: none)",
        ),
    ),
    Slider(
        "excess",
        "fee_cap",
        0,
        300,
        "10",
        "%",
        Text(
            "Dépassement au plus, en part du tarif (300 : sans limite)",
            "Extra fee at most, as a share of the tariff (300: no limit)",
        ),
    ),
)
SWITCHES = (
    (
        "exemption_sans_medecin_traitant",
        Text("Pas de majoration sans médecin traitant", "No surcharge without a médecin traitant"),
    ),
    (
        "role_referent_ipa",
        Text("Infirmier en pratique avancée comme référent", "Nurse in advanced practice as referent"),
    ),
    (
        "acces_direct_list",
        Text("Dermatologue, ORL et gynécologue en accès direct", "Direct access to dermatologist, ENT, gynaecologist"),
    ),
    (
        "exemption_participations_ald",
        Text(
            "Ni participation ni franchise en affection de longue durée",
            "Neither contribution nor deductible for a long-term illness",
        ),
    ),
    ("participation_dentiste", Text("Participation chez le dentiste", "Contribution at the dentist")),
    ("franchise_dispositif", Text("Franchise sur les dispositifs", "Deductible on devices")),
    ("plafond_transport_distinct", Text("Plafond propre aux transports", "A cap of its own for transport")),
    (
        "collection_mode",
        Text("Participations et franchises payées sur place", "Contributions and deductibles paid at the desk"),
    ),
    ("ticket_moderateur_zero", Text("Plus de ticket modérateur", "No more share left")),
    ("base_secteur_2", Text("Secteur 2 remboursé comme l'OPTAM", "Sector 2 refunded like OPTAM")),
)
NEUTRAL = {"ald": "100", "shield": "0", "excess": "300"}
PRESETS = (
    "franchises_pf_x2",
    "pf_1_euro",
    "article_18_plfss_2026",
    "sans_majoration",
    "sans_majoration_sans_medecin_traitant",
    "acces_direct_etendu",
    "ticket_moderateur_40",
    "ald_95",
    "ald_exoneree_des_franchises",
    "bouclier_sanitaire",
    "grande_secu",
    "depassements_50",
    "optam_pour_tous",
    "tariff_g_35",
    "dentistes_70",
)


def in_force() -> dict[str, str]:
    """Each slider where the law is."""
    book = load()
    found = {}
    for slider in SLIDERS:
        if slider.key in NEUTRAL:
            found[slider.key] = NEUTRAL[slider.key]
        elif slider.target == GP:
            found[slider.key] = plain(getattr(book.consultations["generaliste"], SITUATIONS[1]).on(DAY))
        else:
            found[slider.key] = plain(book.parameters[slider.target].default.on(DAY))
    return found


def read_as(value: str, slider: Slider, lang: str) -> str:
    """A value of a slider as people read it: 26,50 €, 30 %."""
    hundredths = int(Decimal(value) * 100)
    return euros(hundredths, lang) if slider.unit == "€" else percent(hundredths, lang)


def plain(hundredths: int) -> str:
    """Cents or basis points as a slider has them."""
    return f"{Decimal(hundredths) / 100:.2f}".rstrip("0").rstrip(".")


def asked(query: Mapping[str, str]) -> dict[str, str]:
    """Each slider as the address says, within its bounds; where the law is, otherwise."""
    found = in_force()
    for slider in SLIDERS:
        said = query.get(slider.key, "").replace(",", ".")
        try:
            value = Decimal(said)
        except InvalidOperation:
            continue
        if value.is_finite() and slider.low <= value <= slider.high and value * 100 == int(value * 100):
            found[slider.key] = plain(int(value * 100))
    return found


def entry_of(query: Mapping[str, str]) -> dict[str, Any]:
    """The reform that an address says, as a file would: nothing where the law is."""
    law, said = in_force(), asked(query)
    changes: dict[str, Any] = {}
    hook: dict[str, Any] = {}
    tariffs: dict[str, Any] = {}
    for slider in SLIDERS:
        value = said[slider.key]
        if value == law[slider.key]:
            continue
        if slider.key == "ald":
            hook[slider.target] = {"rate": f"{value} %"}
        elif slider.key == "shield":
            hook[slider.target] = {"ceiling_eur": float(value)}
        elif slider.key == "excess":
            hook[slider.target] = {"max_share_of_tariff": f"{value} %"}
        elif slider.target == GP:
            tariffs[GP] = float(value)
        else:
            changes[slider.target] = f"{value} %" if slider.unit == "%" else float(value)
    if CONTRIBUTION in changes:
        a_day = load().parameters["participation_forfaitaire.nombre_jour"].default.on(DAY)
        changes["participation_forfaitaire.plafond_jour"] = changes[CONTRIBUTION] * a_day
    for name, _ in SWITCHES:
        if query.get(name) == "1":
            hook[name] = {"specialties": list(OPENED)} if name == "acces_direct_list" else True
    parts = {"changes": changes, "hook": hook, "tariffs": tariffs}
    label = {"fr": "Réforme essayée au laboratoire", "en": "Reform tried in the lab"}
    return {"id": "lab", "label": label, **{name: part for name, part in parts.items() if part}}


def query_of(entry: Mapping[str, Any]) -> dict[str, str]:
    """The address of a known reform: its values on the sliders, its switches on."""
    found: dict[str, str] = {}
    targets = {slider.target: slider for slider in SLIDERS}
    for id_, value in {**entry.get("changes", {}), **entry.get("tariffs", {})}.items():
        if id_ in targets:
            found[targets[id_].key] = plain(int(Decimal(str(value).replace("%", "").strip()) * 100))
    parameters = entry.get("parameters", {})
    for name in entry.get("hook", []):
        if name == "taux_exoneration_ald":
            found["ald"] = plain(int(parameters["rate"] * 100_00))
        elif name == "annual_ceiling_rac_amo":
            found["shield"] = str(parameters["ceiling_eur"])
        elif name == "fee_cap":
            found["excess"] = plain(int(parameters["max_share_of_tariff"] * 100_00))
        else:
            found[name] = "1"
    return found
