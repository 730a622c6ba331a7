"""`/practice/forfait`: the yearly flat fee of a médecin traitant, by kind of patient, and when its parts are paid."""

from datetime import date

from starlette.responses import Response

from parcours.registry.declarations.context import Action, Tag, of_practice
from parcours.registry.payments.forfait import doctor_of, is_known, patients_of
from parcours.registry.payments.practices import BANDS, in_cents, yearly_flat_fee
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
    "non_vu": Text("non vu depuis deux ans", "not seen for two years"),
}


def forfait(desk: Desk) -> Response:
    """The flat fee of this year, from the patients of 31 December before; last year's patients are not told apart."""
    doctor_id = desk.unit.actor.professional_id
    desk.unit.allow(Action.LIST_PATIENTS, of_practice(doctor_id), Tag.DECLARATION_READ)
    year = desk.today.year
    counted_on, first = date(year - 1, 12, 31), date(year, 1, 1)
    known = is_known(year)
    counted = patients_of(desk.session, doctor_id or "", year)
    doctor = doctor_of(desk.session, doctor_id or "", year) if known else None
    fee = yearly_flat_fee(counted.bands, counted.c2s, year, doctor) if doctor else None
    lines = [(NAMES[name], counted.bands.get(name, 0), in_cents(f"forfait_mt.{name}", first)) for name in BANDS]
    return show(
        desk, "practice/forfait.html", year=year, counted_on=counted_on, lines=lines if known else [], fee=fee,
        c2s=counted.c2s, c2s_each=in_cents("forfait_mt.c2s", first) if known else 0,
        paid=[(date(year, month, 1), cents) for month, cents in fee.parts] if fee else [],
    )  # fmt: skip
