"""Complementary insurance: contracts as the fund knows them."""

from parcours.registry.access import model
from parcours.registry.access.manifest import Context, Personal, RecordOf
from parcours.registry.access.model import Kind, Record, Role
from parcours.registry.access.rules import OWN_INSURER, rule
from parcours.registry.complementary.models import Link, LinkEvent
from parcours.registry.people.relations import OFFICER_FUND, PATIENT_CHILD, PATIENT_SELF

LINK = Kind("link")


class Action(model.Action):
    """What one does with the links of a person to insurers."""

    READ_LINKS = "read_links"
    CHOOSE_LINK = "choose_link"
    READ_OWN_LINK = "read_own_link"
    RELEASE_LINK = "release_link"
    """As the insurer whose contract was registered by mistake."""


class Tag(model.Tag):
    """What happens to a link."""

    LINK_READ = "complementary:link:read"
    LINK_CHOOSE = "complementary:link:choose"
    LINK_RELEASE = "complementary:link:release"


def of_link(link: Link) -> Record:
    """A contract, for the policy."""
    return Record(LINK, link.id, insured_id=link.insured_id, insurer=link.insurer)


INSURER_CONTRACT = rule(
    "insurer_contract", Role.INSURER_OFFICER, OWN_INSURER,
    "Un agent d'organisme complémentaire met fin à un contrat qu'il a enregistré par erreur.",
    "An officer of an insurer ends a contract that it registered by mistake.",
)  # fmt: skip

CONTEXT = Context(
    name="complementary",
    tables={Link: Personal(), LinkEvent: Personal(through="link_id")},
    kinds=(RecordOf(LINK, Action.READ_OWN_LINK, Link, lambda _session, row: of_link(row)),),
    actions=Action,
    rules=(
        PATIENT_SELF.gives(Action.READ_LINKS, Action.CHOOSE_LINK),
        PATIENT_CHILD.gives(Action.READ_LINKS, Action.CHOOSE_LINK),
        OFFICER_FUND.gives(Action.READ_LINKS),
        INSURER_CONTRACT.gives(Action.READ_OWN_LINK, Action.RELEASE_LINK),
    ),
    tags=Tag,
)
