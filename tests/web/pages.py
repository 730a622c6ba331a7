"""The addresses of every page, and a few quotes worth looking at."""

from urllib.parse import urlencode

from parcours.law.loader import load
from parcours.web.public.situations import situations, specialties

PATHS = [
    "/",
    "/emergency",
    "/glossary",
    "/search",
    "/search?q=urgence",
    "/tables",
    "/tables?on=2020-01-01",
    "/situations",
    "/law",
    "/law/rules",
    "/law/decision-table",
    "/law/articles",
    "/law/readings",
    "/law/limits",
    "/law/guides",
]

GP_OUTSIDE = {
    "care_date": "2025-06-02",
    "specialty": "generaliste",
    "age": "40",
    "medecin_traitant": "true",
    "role": "autre",
    "referral": "none",
    "urgent": "false",
    "away": "false",
    "special_setting": "none",
    "medecin_traitant_left_on": "",
    "installed_on": "",
    "convention": "secteur_1",
    "fee": "30",
    "exemption": "none",
    "c2s": "false",
    "scheme": "general",
    "contract": "responsable_100",
    "tiers_payant": "none",
}
"""A GP who is not one's own, at 30 euros: 8.40 from the compulsory insurance, 12.60 left."""


def quote(**changes: str | None) -> str:
    """The address of a quote, some facts changed; None takes a fact away."""
    facts = {**GP_OUTSIDE, **changes}
    return "/?" + urlencode({name: value for name, value in facts.items() if value is not None})


QUOTES = [
    quote(),
    quote(fee=None),
    quote(medecin_traitant=None, role=None, referral=None),
    quote(specialty="psychiatrie", convention="secteur_1", fee="61", tiers_payant="partial"),
    quote(c2s="true", contract="none", tiers_payant=None),
    "/?specialty=dermatologie",
    "/?profession=chirurgien_dentiste",
    "/?profession=pharmacie&age=40",
]


def every_path() -> list[str]:
    """Every page there is: the fixed ones, each situation, each specialty, each parameter."""
    return [
        *PATHS,
        *QUOTES,
        *(f"/situations/{slug}" for slug in (*situations(), *specialties())),
        *(f"/law/parameters/{id_}" for id_ in load().parameters),
        *(f"/law/articles/{id_}" for id_ in load().articles),
    ]
