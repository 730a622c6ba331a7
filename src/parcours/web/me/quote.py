"""`/me/quote`: the public quote with what the fund knows of oneself, each fact with the record it comes from."""

from dataclasses import dataclass
from datetime import date

from starlette.responses import Response

from parcours.contracts.library import library
from parcours.registry.complementary.models import LinkState
from parcours.registry.complementary.service import link_on
from parcours.registry.declarations import timeline
from parcours.registry.people.models import RightKind
from parcours.registry.people.service import affiliation_on, rights_on
from parcours.registry.people.words import RIGHTS
from parcours.registry.visits.context import Action, Tag
from parcours.registry.visits.facts import EXEMPT_ALL
from parcours.text import Text, same, yes_no
from parcours.web.desk.money import LINKS
from parcours.web.desk.names import doctor_name, fund_name
from parcours.web.desk.room import Desk
from parcours.web.i18n import insurer_name, long_date
from parcours.web.me.person import Mine


@dataclass(frozen=True)
class Known:
    """A fact of the quote: what it is for people, its value in the address, and the record behind it."""

    name: Text
    said: Text
    record: Text
    fact: str = ""
    value: str = ""


def since(text: Text, day: date) -> Text:
    """A record and its first day."""
    return Text(f"{text.fr}, depuis le {long_date(day, 'fr')}", f"{text.en}, since {long_date(day, 'en')}")


def known_of(mine: Mine) -> list[Known]:
    """What the fund knows that a quote asks for; nothing that names the person."""
    session, today = mine.desk.session, mine.desk.today
    rights, tenure = rights_on(session, mine.id, today), timeline.as_of(session, mine.id, today)
    affiliation, link = affiliation_on(session, mine.id, today), link_on(session, mine.id, today)
    born = mine.row.birth_date
    found = [
        Known(
            Text("Âge", "Age"),
            Text(f"{mine.age} ans", f"{mine.age} years"),
            Text(f"date de naissance : {long_date(born, 'fr')}", f"birth date: {long_date(born, 'en')}"),
            "age",
            str(mine.age),
        )
    ]
    declared = Text("déclaration au ", "declaration to ") + doctor_name(
        session, tenure.professional_id if tenure else None
    )
    found.append(
        Known(
            Text("Médecin traitant déclaré", "Médecin traitant declared"),
            yes_no(tenure is not None),
            since(declared, tenure.starts_on)
            if tenure
            else Text("aucune déclaration en vigueur", "no declaration in force"),
            "medecin_traitant",
            str(tenure is not None).lower(),
        )
    )
    kinds = {one.kind: one for one in rights}
    c2s = kinds.get(RightKind.C2S)
    found.append(
        Known(
            RIGHTS[RightKind.C2S],
            yes_no(c2s is not None),
            since(Text("droit ouvert", "right open"), c2s.starts_on)
            if c2s
            else Text("aucun droit ouvert", "no right open"),
            "c2s",
            str(c2s is not None).lower(),
        )
    )
    exempt = next((kinds[kind] for kind in EXEMPT_ALL if kind in kinds), None)
    if exempt is not None:
        record = since(Text("droit ouvert", "right open"), exempt.starts_on)
        found.append(
            Known(Text("Exonération", "Exemption"), RIGHTS[exempt.kind], record, "exemption", exempt.kind.value)
        )
    if RightKind.ALD in kinds:
        record = since(Text("droit ouvert", "right open"), kinds[RightKind.ALD].starts_on)
        asked = Text("demandée à chaque visite : en rapport ou non", "asked at each visit: related or not")
        found.append(Known(RIGHTS[RightKind.ALD], asked, record))
    if affiliation is not None:
        fund = fund_name(session, affiliation.fund_code)
        found.append(
            Known(
                Text("Caisse", "Fund"),
                same(fund),
                since(Text("affiliation", "affiliation"), affiliation.starts_on),
            )
        )
    if link is not None:
        name = insurer_name(link.insurer)
        covers = link.state is LinkState.ACTIVE
        known = link.contract if covers and link.contract in library() else ""
        found.append(
            Known(
                Text("Mutuelle", "Mutuelle"),
                same(name),
                since(Text("contrat lié", "contract linked") if covers else LINKS[link.state], link.starts_on),
                "contract" if known else "",
                known or "",
            )
        )
    return found


def my_quote(desk: Desk) -> Response:
    """The page."""
    mine = Mine.of(desk, Action.READ_FACTS, Tag.FACTS_READ)
    known = known_of(mine)
    to = mine.desk.page.url("/", **{one.fact: one.value for one in known if one.fact})
    return mine.show("me/quote.html", known=known, to=to)
