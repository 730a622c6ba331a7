"""`/me/money.pdf` and `.csv`: the statement of a period; each line names its act, tiers payant is shown apart."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from starlette.responses import Response

from parcours.registry.claims.context import Action, Tag
from parcours.registry.claims.models import Claim, Decision
from parcours.registry.directory.models import Professional
from parcours.registry.messages.models import Message, MessageKind
from parcours.registry.payments.account import DECIDED, DEDUCTION, AccountLine, account_lines, caps
from parcours.registry.people.service import get_insured
from parcours.text import Text, euros, percent, plain_euros
from parcours.web.desk.acts import lines_of
from parcours.web.desk.money import named
from parcours.web.desk.names import called, professionals
from parcours.web.desk.room import Desk, day_of
from parcours.web.i18n import long_date
from parcours.web.me.files import entry, paper
from parcours.web.me.money import KINDS
from parcours.web.me.person import Mine

HEAD = Text("Jour;Ligne;Soins;Payé;Base;Taux;Montant", "Day;Line;Care;Paid;Base;Rate;Amount")
COLUMNS = Text(
    "jour;ligne;acte du;motif;euros;numéro;professionnel;pour", "day;line;care of;reason;euros;number;professional;for"
)
TOLD = Text("mutuelle informée", "mutuelle informed")
NOT_TOLD = Text("mutuelle non informée", "mutuelle not informed")


@dataclass(frozen=True)
class Care:
    """The care that a line is about, where it is that of this person, or their card was read for it."""

    claim: Claim
    first_name: str
    by: Professional | None
    decision: Decision | None
    told: bool
    """Did the fund tell the complementary?"""

    def said(self, lang: str, *, informed: bool) -> str:
        """Day, first name, professional, acts; whether the complementary was told, where money was decided."""
        names = dict.fromkeys(name for _, name, _ in lines_of(self.claim, self.by, lang)) if self.by else ()
        parts = [long_date(self.claim.care_date, lang), self.first_name, called(self.by), *names]
        return ", ".join(parts + ([(TOLD if self.told else NOT_TOLD)[lang]] if informed else []))


def statement(desk: Desk) -> Response:
    """Refunds, what was taken with its act, transfers; tiers payant; totals of the period, counters of the year."""
    mine = Mine.of(desk, Action.READ_CLAIMS, Tag.STATEMENT_READ)
    lang, (first, last) = desk.lang, period_of(desk)
    lines = account_lines(desk.session, mine.id, first=first, last=last)
    cares = cares_of(desk, mine, lines)
    own = [one for one in lines if one.kind != DECIDED]
    direct = [one for one in lines if one.kind == DECIDED]
    title = Text(
        f"Du {long_date(first, lang)} au {long_date(last, lang)}",
        f"{long_date(first, lang)} to {long_date(last, lang)}",
    )
    sections: list[dict[str, Any]] = [{"title": title[lang], "table": table_of(own, cares, lang)}]
    if direct:
        apart = Text("Tiers payant : payé aux professionnels", "Tiers payant: paid to the professionals")
        sections.append({"title": apart[lang], "table": table_of(direct, cares, lang)})
    return paper(mine, "statement", [*sections, totals(lines, lang), counters(desk, mine)])


def period_of(desk: Desk) -> tuple[date, date]:
    """The days that are asked for: this year so far, unless said."""
    first = day_of(desk.asked("first", 10), "first", date(desk.today.year, 1, 1))
    return first, day_of(desk.asked("last", 10), "last", desk.today)


def file(desk: Desk) -> Response:
    """The statement of a period, as a file that a spreadsheet opens."""
    mine = Mine.of(desk, Action.READ_CLAIMS, Tag.STATEMENT_READ)
    first, last = period_of(desk)
    comma = desk.lang == "fr"
    lines = account_lines(desk.session, mine.id, first=first, last=last)
    cares = cares_of(desk, mine, lines)
    output = io.StringIO()
    writer = csv.writer(output, delimiter=";" if comma else ",", lineterminator="\r\n")
    writer.writerow(COLUMNS[desk.lang].split(";"))
    for one in lines:
        signed, care = -one.cents if one.kind == DEDUCTION else one.cents, cares.get(one.claim_id)
        amount = f"{'-' if signed < 0 else ''}{plain_euros(abs(signed))}"
        writer.writerow([
            one.day.isoformat(), KINDS[one.kind][desk.lang], one.care_date.isoformat() if one.care_date else "",
            named(one.name)[desk.lang] if one.name else "", amount.replace(".", ",") if comma else amount,
            one.claim_id or "", *((called(care.by), care.first_name) if care else ("", "")),
        ])  # fmt: skip
    headers = {"Content-Disposition": 'attachment; filename="statement.csv"', "Cache-Control": "no-store"}
    return Response("\ufeff" + output.getvalue(), headers=headers, media_type="text/csv; charset=utf-8")


def cares_of(desk: Desk, mine: Mine, lines: Sequence[AccountLine]) -> dict[str | None, Care]:
    """What the lines are about, by claim."""
    session, ids = desk.session, {one.claim_id for one in lines if one.claim_id}
    query = select(Claim).where(Claim.id.in_(ids), or_(Claim.insured_id == mine.id, Claim.payee_id == mine.id))
    claims = list(session.scalars(query))
    kept = [one.id for one in claims]
    doctors = professionals(session, [one.professional_id for one in claims])
    decisions = select(Decision).where(Decision.claim_id.in_(kept), Decision.current.is_(True))
    decided = {one.claim_id: one for one in session.scalars(decisions)}
    messages = select(Message.claim_id).where(Message.claim_id.in_(kept), Message.kind == MessageKind.NOEMIE_OC)
    told = set(session.scalars(messages))
    return {
        one.id: Care(one, get_insured(session, one.insured_id).first_name, doctors.get(one.professional_id),
                     decided.get(one.id), one.id in told)
        for one in claims
    }  # fmt: skip


def table_of(lines: Sequence[AccountLine], cares: dict[str | None, Care], lang: str) -> dict[str, Any]:
    """Lines under their headings."""
    return {
        "caption": Text("Lignes", "Lines")[lang], "head": HEAD[lang].split(";"), "right": [3, 4, 5, 6],
        "rows": [row_of(one, cares.get(one.claim_id), lang) for one in lines] or [["—"] * 7],
    }  # fmt: skip


def row_of(line: AccountLine, care: Care | None, lang: str) -> list[str]:
    """A line: what is paid, the base and the rate where it is a refund."""
    taken = line.kind == DEDUCTION
    about = care.said(lang, informed=not taken) if care else ""
    if not about and line.care_date:
        about = long_date(line.care_date, lang)
    decided = care.decision if care and not taken else None
    counted = (
        [euros(decided.fee, lang), euros(decided.base, lang), percent(decided.rate, lang)] if decided else [""] * 3
    )
    what = KINDS[line.kind][lang] + (f", {named(line.name)[lang]}" if line.name else "")
    return [long_date(line.day, lang), what, about, *counted, euros(-line.cents if taken else line.cents, lang)]


def totals(lines: Sequence[AccountLine], lang: str) -> dict[str, Any]:
    """What the period adds up to: refunds less what was taken are the transfers."""
    sums = [(kind, sum(one.cents for one in lines if one.kind == kind)) for kind in KINDS]
    names = {
        "refund": Text("Remboursements", "Refunds"), "deduction": Text("Retenues", "Taken"),
        "transfer": Text("Virements", "Transfers"),
        "to_professional": Text("Payé aux professionnels", "Paid to the professionals"),
    }  # fmt: skip
    return {
        "title": Text("Totaux de la période", "Totals of the period")[lang],
        "entries": [entry(names[kind], euros(-cents if kind == DEDUCTION else cents, lang), lang)
                    for kind, cents in sums],
    }  # fmt: skip


def counters(desk: Desk, mine: Mine) -> dict[str, Any]:
    """What the whole year has borne so far, which no period adds up to."""
    found, lang = caps(desk.session, mine.id, desk.today), desk.lang
    title = Text(f"Compteurs de l'année {found.year}, à ce jour", f"Counters of the year {found.year}, as of today")
    return {
        "title": title[lang],
        "entries": [
            entry(Text("Participations", "Contributions"), euros(found.participations, lang), lang),
            entry(Text("Franchises", "Deductibles"), euros(found.franchises, lang), lang),
            entry(Text("Encore à retenir", "Still to take"), euros(found.still_to_take, lang), lang),
        ],
    }
