"""Group: the people of a fund, counted; to a fund and its programs its own, for the bulk export."""

from collections.abc import Iterator

from sqlalchemy import distinct, func, select

from parcours.fhir import problems
from parcours.fhir.kinds import Ask, Kind, Resource
from parcours.fhir.personal import reference
from parcours.fhir.query import Param, Query
from parcours.fhir.site import meta
from parcours.registry.directory.context import DIRECTORY, Action
from parcours.registry.directory.models import Fund
from parcours.registry.people.models import Affiliation
from parcours.registry.store.clock import paris_today
from parcours.registry.store.periods import holding


def groups(ask: Ask, query: Query | None = None) -> Iterator[Resource]:
    """The people of the fund of who asks."""
    ask.by.allow(Action.READ_DIRECTORY, DIRECTORY)
    code = ask.by.actor.fund_code
    fund = ask.by.session.scalar(select(Fund).where(Fund.code == code)) if code else None
    if fund is None:
        return
    count = select(func.count(distinct(Affiliation.insured_id))).where(
        Affiliation.fund_code == fund.code, holding(Affiliation, paris_today())
    )
    yield {
        "resourceType": "Group", "id": fund.code, "meta": meta(),
        "identifier": [{"system": f"{ask.site.base}/sid/fund", "value": fund.code}],
        "active": True, "type": "person", "actual": True, "name": fund.name,
        "quantity": ask.by.session.scalar(count) or 0, "managingEntity": reference("Organization", fund.id),
    }  # fmt: skip


def read(ask: Ask, id_: str) -> Resource:
    """The people of one's own fund. Raises `ProblemError`: 404 for any other."""
    for one in groups(ask):
        if one["id"] == id_:
            return one
    raise problems.not_found(field="id")


KIND = Kind(
    "Group",
    {
        "identifier": Param("token", ("identifier",)), "type": Param("token", ("type",)),
        "actual": Param("token", ("actual",)), "managing-entity": Param("reference", ("managingEntity",)),
    },
    groups, read,
)  # fmt: skip
