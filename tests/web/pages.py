"""The addresses of every page, and a few quotes worth looking at."""

from urllib.parse import urlencode

from parcours.law.loader import load
from parcours.web.public.situations import situations, specialties

PATHS = [
    "/",
    "/bill",
    "/directory",
    "/emergency",
    "/prevention",
    "/prevention?age=52",
    "/prevention?age=52&sex=female",
    "/prevention?months=5&sex=male",
    "/prevention?age=28&sex=unknown",
    "/glossary",
    "/offline",
    "/search",
    "/search?q=urgence",
    "/fhir",
    "/api/docs",
    "/api/docs/engine",
    "/api/docs/people",
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
    "/security",
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


VISIT = (
    *(
        ("care_date", "2026-11-22"),
        ("at", "evening"),
        ("age", "4"),
        ("specialty", "generaliste"),
        ("convention", "secteur_1"),
    ),
    *(
        ("special_setting", "permanence_des_soins"),
        ("role", "autre"),
        ("referral", "none"),
        ("contract", "responsable_100"),
    ),
    *(("code", "VG"), ("code", "MD"), ("code", "VRD"), ("code", "MEG"), ("fee", "7")),
)
"""A home visit to a child on a Sunday, with its supplements; the last one asks more than its tariff."""


def bill(*pairs: tuple[str, str]) -> str:
    """The address of a bill."""
    return "/bill?" + urlencode(pairs)


BILLS = [
    bill(*VISIT),
    bill(("specialty", "cardiologie"), ("q", "electro"), ("code", "CS")),
    bill(("profession", "pharmacie"), ("age", "45"), ("code", "BOITE"), ("price", "8,90"), ("generic", "refused")),
    bill(("kind", "sejour"), ("age", "50"), ("entry", "2026-11-16"), ("exit", "2026-11-18"), ("daily_tariff", "900")),
]


def every_path() -> list[str]:
    """Every page there is: the fixed ones, each situation, each specialty, each parameter."""
    return [
        *PATHS,
        *QUOTES,
        *BILLS,
        *(f"/situations/{slug}" for slug in (*situations(), *specialties())),
        *(f"/law/parameters/{id_}" for id_ in load().parameters),
        *(f"/law/articles/{id_}" for id_ in load().articles),
    ]
