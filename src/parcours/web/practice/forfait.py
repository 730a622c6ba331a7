"""`/practice/forfait`: the yearly flat fee of a médecin traitant, by kind of patient, and when its parts are paid."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import select
from starlette.responses import Response

from parcours.law import thresholds
from parcours.registry.declarations.context import Action, Tag, of_practice
from parcours.registry.declarations.models import Tenure
from parcours.registry.payments.practices import BANDS, in_cents, yearly_flat_fee
from parcours.registry.people.models import Insured, Right, RightKind
from parcours.registry.people.service import age_on
from parcours.registry.store.periods import holding
from parcours.text import Text
from parcours.web.desk.room import Desk
from parcours.web.practice.desk import show

NAMES = {
    "moins_de_7": Text("moins de 7 ans", "under 7"),
    "de_7_a_74": Text("de 7 à 74 ans", "7 to 74"),
    "de_75_a_79": Text("de 75 à 79 ans", "75 to 79"),
    "des_80": Text("80 ans et plus", "80 and over"),
    "ald_moins_de_80": Text("en ALD, moins de 80 ans", "with an ALD, under 80"),
    "ald_des_80": Text("en ALD, 80 ans et plus", "with an ALD, 80 and over"),
}
AGES = (
    ("forfait_mt.age_moyen", "moins_de_7"),
    ("forfait_mt.age_avance", "de_7_a_74"),
    ("forfait_mt.grand_age", "de_75_a_79"),
)
"""The first age that a rate is no longer for."""


def kinds_of(desk: Desk, ids: Iterable[str], on: date) -> Mapping[str, frozenset[RightKind]]:
    """The rights of many people on a day, asked for at once; which condition it is, is not shown."""
    found: dict[str, set[RightKind]] = {}
    wanted = list(ids)
    rows = desk.session.scalars(select(Right).where(Right.insured_id.in_(wanted), holding(Right, on))) if wanted else ()
    for one in rows:
        found.setdefault(one.insured_id, set()).add(one.kind)
    return {person: frozenset(kinds) for person, kinds in found.items()}


def band_of(age: int, on: date, *, ald: bool) -> str:
    """The kind of patient that the flat fee counts, by the law of a day."""
    band = next((name for limit, name in AGES if age < thresholds.whole(limit, on)), "des_80")
    if ald:
        return "ald_des_80" if band == "des_80" else "ald_moins_de_80"
    return band


def forfait(desk: Desk) -> Response:
    """The flat fee of this year, from the patients of 31 December before; last year's patients are not told apart."""
    doctor_id = desk.unit.actor.professional_id
    desk.unit.allow(Action.LIST_PATIENTS, of_practice(doctor_id), Tag.DECLARATION_READ)
    year = desk.today.year
    counted_on, first = date(year - 1, 12, 31), date(year, 1, 1)
    tenures = select(Tenure.insured_id).where(Tenure.professional_id == doctor_id, holding(Tenure, counted_on))
    people = list(desk.session.scalars(select(Insured).where(Insured.id.in_(tenures))))
    rights = kinds_of(desk, [one.id for one in people], counted_on)
    none: frozenset[RightKind] = frozenset()
    bands = Counter(
        band_of(age_on(one.birth_date, counted_on), first, ald=RightKind.ALD in rights.get(one.id, none))
        for one in people
    )
    c2s = sum(RightKind.C2S in rights.get(one.id, none) for one in people)
    known = thresholds.value_on("forfait_mt.des_80", first) is not None
    fee = yearly_flat_fee(bands, c2s, year) if known else None
    lines = [(NAMES[name], bands[name], in_cents(f"forfait_mt.{name}", first)) for name in BANDS] if known else []
    return show(
        desk, "practice/forfait.html", year=year, counted_on=counted_on, lines=lines, fee=fee, c2s=c2s,
        c2s_each=in_cents("forfait_mt.c2s", first) if known else 0,
        paid=[(date(year, month, 1), cents) for month, cents in fee.parts] if fee else [],
    )  # fmt: skip
