"""`/me/claim-back`: the letters of a quote, with what the fund knows of oneself filled in. No letter is kept."""

from sqlalchemy import select
from starlette.responses import Response

from parcours.engine.case import Answer
from parcours.engine.errors import FactError
from parcours.law.codes import Profession
from parcours.law.loader import load
from parcours.registry.claims.context import Action, Tag
from parcours.registry.claims.models import Claim
from parcours.registry.directory.models import Commune, Professional
from parcours.registry.people.context import Action as PersonAction
from parcours.registry.people.context import Tag as PersonTag
from parcours.registry.people.service import affiliation_on
from parcours.text import euros
from parcours.web.desk.names import called, fund_name, professionals
from parcours.web.desk.room import Desk
from parcours.web.i18n import long_date
from parcours.web.letters import LONGEST, fields
from parcours.web.me.doctor import place_of
from parcours.web.me.person import Mine
from parcours.web.quote.form import Form
from parcours.web.quote.letters import OF_DISPUTES, dispute_of, letters_of
from parcours.web.quote.state import State, state_of


def claim_back(desk: Desk) -> Response:
    """The page: the facts of the quote are in its address, as in that of the quote itself."""
    mine = Mine.of(desk, PersonAction.READ_PATIENT, PersonTag.PERSON_READ)
    Mine.of(desk, Action.READ_CLAIMS, Tag.CLAIM_READ)
    state = state_of(desk.page)
    settled, pairs = state.outcome, Form(state, desk.page).pairs(state.given)
    disputed = None if isinstance(settled, FactError) else dispute_of(settled)
    if isinstance(settled, FactError) or disputed is None:
        return mine.show("me/claim_back.html", status=400, letters=[])
    known = known_of(mine, state, settled)
    return mine.show(
        "me/claim_back.html", letters=letters_of(desk.page, disputed, pairs), longest=LONGEST,
        fields=[(*item[:3], known.get(item[0], "")) for item in fields(OF_DISPUTES, desk.lang)],
        excess=euros(disputed.excess, desk.lang), day=long_date(state.day, desk.lang),
        back=desk.page.address("/", tuple(pairs)),
    )  # fmt: skip


def known_of(mine: Mine, state: State, settled: Answer) -> dict[str, str]:
    """What is known of the fields of a letter; the number is on one's card, and never on a page."""
    session, row = mine.desk.session, mine.row
    affiliation = affiliation_on(session, mine.id, mine.desk.today)
    town = session.scalar(select(Commune.name).where(Commune.code == row.commune_code)) or ""
    seen = seen_on(mine, state, settled)
    return {
        "name": mine.name,
        "address": ", ".join(part for part in (row.address, town) if part),
        "town": town,
        "fund": fund_name(session, affiliation.fund_code) if affiliation else "",
        **({"professional": called(seen), "practice": place_of(session, seen, mine.desk)} if seen else {}),
    }


def seen_on(mine: Mine, state: State, settled: Answer) -> Professional | None:
    """Who gave the care of the quote, where one claim of that day alone is of such a professional."""
    query = select(Claim.professional_id).where(Claim.insured_id == mine.id, Claim.care_date == state.day)
    found = professionals(mine.desk.session, mine.desk.session.scalars(query)).values()
    slug = str(settled.facts.get("specialty", ""))
    wanted = {code for code, entry in load().specialties.items() if entry.slug == slug}
    profession = Profession(settled.act.profession).name.lower()
    alike = [one for one in found if (one.specialty in wanted if slug else one.profession == profession)]
    return alike[0] if len(alike) == 1 else None
