"""Complementary insurance: contracts as the fund knows them."""

from parcours.registry.access import model
from parcours.registry.access.manifest import Context, Personal, RecordOf
from parcours.registry.access.model import Kind, Record, Role
from parcours.registry.access.rules import OWN_INSURER, rule
from parcours.registry.complementary.models import Link, LinkEvent, LinkRequest
from parcours.registry.people.relations import OFFICER_FUND, PATIENT_CHILD, PATIENT_SELF

LINK = Kind("link")
LINK_REQUEST = Kind("link_request")


class Action(model.Action):
    """What one does with the links of a person to insurers."""

    READ_LINKS = "read_links"
    CHOOSE_LINK = "choose_link"
    READ_OWN_LINK = "read_own_link"
    ASK_LINK = "ask_link"
    """Ask an insurer to link one's contract."""
    READ_LINK_REQUEST = "read_link_request"
    ANSWER_LINK_REQUEST = "answer_link_request"
    """As the insurer that is asked."""
    RELEASE_LINK = "release_link"
    """As the insurer whose contract was registered by mistake."""


class Tag(model.Tag):
    """What happens to a link."""

    LINK_READ = "complementary:link:read"
    LINK_ASK = "complementary:link:ask"
    LINK_ANSWER = "complementary:link:answer"
    LINK_CHOOSE = "complementary:link:choose"
    LINK_RELEASE = "complementary:link:release"


def of_link(link: Link) -> Record:
    """A contract, for the policy."""
    return Record(LINK, link.id, insured_id=link.insured_id, insurer=link.insurer)


def of_request(row: LinkRequest) -> Record:
    """A request for a link, for the policy."""
    return Record(LINK_REQUEST, row.id, insured_id=row.insured_id, insurer=row.insurer)


INSURER_REQUEST = rule(
    "insurer_request", Role.INSURER_OFFICER, OWN_INSURER,
    "Un agent d'organisme complémentaire répond à qui lui demande de relier son contrat.",
    "An officer of an insurer answers who asks it to link their contract.",
)  # fmt: skip
INSURER_CONTRACT = rule(
    "insurer_contract", Role.INSURER_OFFICER, OWN_INSURER,
    "Un agent d'organisme complémentaire met fin à un contrat qu'il a enregistré par erreur.",
    "An officer of an insurer ends a contract that it registered by mistake.",
)  # fmt: skip

CONTEXT = Context(
    name="complementary",
    tables={Link: Personal(), LinkEvent: Personal(through="link_id"), LinkRequest: Personal()},
    kinds=(
        RecordOf(LINK, Action.READ_OWN_LINK, Link, lambda _session, row: of_link(row)),
        RecordOf(LINK_REQUEST, Action.READ_LINK_REQUEST, LinkRequest, lambda _session, row: of_request(row)),
    ),
    actions=Action,
    rules=(
        PATIENT_SELF.gives(Action.READ_LINKS, Action.CHOOSE_LINK, Action.ASK_LINK),
        PATIENT_CHILD.gives(Action.READ_LINKS, Action.CHOOSE_LINK, Action.ASK_LINK),
        OFFICER_FUND.gives(Action.READ_LINKS),
        INSURER_REQUEST.gives(Action.READ_LINK_REQUEST, Action.ANSWER_LINK_REQUEST),
        INSURER_CONTRACT.gives(Action.READ_OWN_LINK, Action.RELEASE_LINK),
    ),
    tags=Tag,
)
