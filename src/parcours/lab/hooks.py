"""The switches of reforms, from the words of a reform to the integers of `rules/hypotheses.py`."""

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Any, NamedTuple

from parcours.lab import problems
from parcours.law.cache import flat_law
from parcours.rules.hypotheses import HALF_OF_SPECIALTIES, NEUTRAL, Hypotheses
from parcours.text import Text

SHARE = Text(
    "une part de 0 à 1, ou un pourcentage avec son signe", "a share from 0 to 1, or a percentage with its sign"
)
WHOLE, LARGEST_EXCESS = 100_00, 1000_00
"""Basis points: a share of one, and ten times a tariff."""
INCLUDED = ("ticket_moderateur", "participations", "franchises")
EXCLUDED = ("depassement",)


class Parameter(NamedTuple):
    """A parameter of a switch: what it sets, and what it must be."""

    fields: Callable[[Any], Mapping[str, int]]
    default: Any = None
    """`None`: it must be given."""


def rate(value: Any, name: str, most: int = WHOLE) -> int:
    """A share (0.95) or a percentage with its sign (95 %), in basis points."""
    text = str(value).replace(",", ".").replace(" ", "").replace("\u202f", "").replace("\u00a0", "")
    try:
        number = Decimal(text.removesuffix("%"))
    except InvalidOperation:
        number = Decimal(-1)
    points = number * (100 if text.endswith("%") else 10_000)
    if not 0 <= points <= most or points != int(points):
        raise problems.bad_parameter(value, field=name, expected=SHARE)
    return int(points)


def euros(value: Any, name: str) -> int:
    """Euros, in cents."""
    try:
        cents = Decimal(str(value).replace(",", ".").replace("€", "").strip()) * 100
    except InvalidOperation:
        cents = Decimal(-1)
    if not 0 <= cents <= 1_000_000_00 or cents != int(cents):
        raise problems.bad_parameter(value, field=name, expected=Text("des euros, au centime", "euros, to the cent"))
    return int(cents)


def specialties(value: Any) -> Mapping[str, int]:
    """Slugs of specialties as two numbers, one bit a national code."""
    known = flat_law().specialties
    wanted = value if isinstance(value, (list, tuple)) else [value]
    masks = [0, 0]
    for slug in wanted:
        if slug not in known:
            near = ", ".join(get_close_matches(str(slug), known, n=4, cutoff=0.3) or sorted(known)[:6])
            raise problems.bad_parameter(slug, field="specialties", expected=Text(near, near))
        half, bit = divmod(known[slug], HALF_OF_SPECIALTIES)
        masks[half] |= 1 << bit
    return {"acces_direct_premieres": masks[0], "acces_direct_suivantes": masks[1]}


def exactly(name: str, allowed: Any) -> Callable[[Any], Mapping[str, int]]:
    """A parameter that may only be what the lab does."""

    def check(value: Any) -> Mapping[str, int]:
        given = sorted(value) if isinstance(value, (list, tuple)) else value
        if given != (sorted(allowed) if isinstance(allowed, tuple) else allowed):
            text = ", ".join(allowed) if isinstance(allowed, tuple) else str(allowed)
            raise problems.bad_parameter(value, field=name, expected=Text(text, text))
        return {}

    return check


HOOKS: Mapping[str, Mapping[str, Parameter]] = {
    "collection_mode": {},
    "exemption_sans_medecin_traitant": {},
    "exemption_participations_ald": {},
    "ticket_moderateur_zero": {},
    "base_secteur_2": {},
    "participation_dentiste": {},
    "franchise_dispositif": {},
    "plafond_transport_distinct": {},
    "role_referent_ipa": {},
    "taux_exoneration_ald": {"rate": Parameter(lambda value: {"taux_exoneration_ald": rate(value, "rate")})},
    "annual_ceiling_rac_amo": {
        "ceiling_eur": Parameter(lambda value: {"annual_ceiling_rac_amo": euros(value, "ceiling_eur")}),
        "income_share": Parameter(exactly("income_share", None), default=()),
        "includes": Parameter(exactly("includes", INCLUDED), default=()),
        "excludes": Parameter(exactly("excludes", EXCLUDED), default=()),
    },
    "fee_cap": {
        "max_share_of_tariff": Parameter(lambda value: {"fee_cap": rate(value, "max_share_of_tariff", LARGEST_EXCESS)})
    },
    "acces_direct_list": {
        "specialties": Parameter(specialties),
        "acts": Parameter(exactly("acts", "any"), default=()),
    },
}
"""Each switch and its parameters; one without a parameter is on or off."""


def read_hooks(hooks: Any, parameters: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The switches of a reform with their parameters, checked: a list of names, or a mapping of names to parameters."""
    named = dict(hooks) if isinstance(hooks, Mapping) else {str(name): None for name in as_list(hooks)}
    found: dict[str, dict[str, Any]] = {}
    for name, own in named.items():
        if name not in HOOKS:
            near = ", ".join(get_close_matches(name, HOOKS, n=4, cutoff=0.3) or sorted(HOOKS))
            raise problems.unknown_hook(name, near=Text(near, near))
        if own is not None and not isinstance(own, (Mapping, bool)):
            raise problems.bad_shape(own, field=name, expected=", ".join(HOOKS[name]) or "true")
        if own is False:
            continue
        found[name] = dict(own) if isinstance(own, Mapping) else {}
    for key, value in parameters.items():
        users = [name for name in found if key in HOOKS[name]]
        if not users:
            known = ", ".join(sorted({key for name in found for key in HOOKS[name]})) or "—"
            raise problems.no_use(key, field="parameters", near=Text(known, known))
        for name in users:
            found[name].setdefault(key, value)
    hypotheses(found)
    return found


def as_list(value: Any) -> list[Any]:
    """A list, also of one."""
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def hypotheses(hooks: Mapping[str, Mapping[str, Any]]) -> Hypotheses:
    """The switches as the rules read them. Raises `LabError` for a parameter that is missing, unknown or refused."""
    fields: dict[str, int] = {}
    for name, given in hooks.items():
        known = HOOKS[name]
        for key in given:
            if key not in known:
                near = ", ".join(known) or "—"
                raise problems.no_use(key, field=name, near=Text(near, near))
        if name in Hypotheses._fields and not known:
            fields[name] = 1
        for key, parameter in known.items():
            if key in given:
                fields |= parameter.fields(given[key])
            elif parameter.default is None:
                raise problems.bad_parameter(field=f"{name}.{key}", expected=Text("une valeur", "a value"))
    return NEUTRAL._replace(**fields)
