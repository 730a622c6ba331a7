"""Complementary insurance: contracts as the fund knows them."""

from parcours.registry.access import model
from parcours.registry.access.manifest import Context, Personal
from parcours.registry.complementary.models import Link, LinkEvent
from parcours.registry.people.relations import OFFICER_FUND, PATIENT_CHILD, PATIENT_SELF


class Action(model.Action):
    """What one does with the links of a person to insurers."""

    READ_LINKS = "read_links"
    CHOOSE_LINK = "choose_link"


class Tag(model.Tag):
    """What happens to a link."""

    LINK_READ = "complementary:link:read"
    LINK_CHOOSE = "complementary:link:choose"


CONTEXT = Context(
    name="complementary",
    tables={Link: Personal(), LinkEvent: Personal(through="link_id")},
    actions=Action,
    rules=(
        PATIENT_SELF.gives(Action.READ_LINKS, Action.CHOOSE_LINK),
        PATIENT_CHILD.gives(Action.READ_LINKS, Action.CHOOSE_LINK),
        OFFICER_FUND.gives(Action.READ_LINKS),
    ),
    tags=Tag,
)
