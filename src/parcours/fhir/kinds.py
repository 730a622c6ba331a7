"""The types that are served: their search parameters, and where their resources come from."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from parcours.edge.unit import Unit
from parcours.fhir.query import Param, Params, Query
from parcours.fhir.r4 import definitions
from parcours.fhir.site import Site
from parcours.registry.access.model import Action, Tag

Resource = dict[str, Any]
T = TypeVar("T")


@dataclass
class Ask:
    """A read or a search: on which server, by whom (nobody for what is public)."""

    site: Site
    unit: Unit | None = None
    together: tuple[str, ...] = ()
    """People whose resources are read in one go."""
    known: dict[str, Any] = field(default_factory=dict)
    """What was already read for this request."""

    @property
    def by(self) -> Unit:
        """Who asks, in a unit of work."""
        if self.unit is None:
            raise LookupError("a public request reads no record")
        return self.unit

    def once(self, key: str, read: Callable[[], T]) -> T:
        """What a key stands for, read once a request."""
        if key not in self.known:
            self.known[key] = read()
        found: T = self.known[key]
        return found

    def among(self, key: str, person: str, read: Callable[[tuple[str, ...]], T]) -> T:
        """What is read of a person, once a request; of all those who are read together, at once."""
        people = self.together if person in self.together else (person,)
        return self.once(f"{key}:{people[0]}", lambda: read(people))


@dataclass(frozen=True)
class Access:
    """What reading a type asks of the policy, and how the trail names it."""

    action: Action
    tag: Tag


def by_id(resource: Resource) -> str:
    """The id of a resource."""
    return str(resource["id"])


@dataclass(frozen=True)
class Kind:
    """A served type."""

    name: str
    params: Params
    search: Callable[[Ask, Query], Iterable[Resource]]
    """Candidates for a search: all that match its filters, and maybe others."""
    read: Callable[[Ask, str], Resource]
    """One by its id. Raises `Refused` or NotFound."""
    public: bool = False
    profile: str = ""
    creates: bool = False
    personal: bool = False
    """Is each resource about one person?"""
    searched: bool = True
    access: Access | None = None
    """Of a type about people."""
    walks: Callable[[Ask], bool] = lambda ask: False
    """Are there too many for who asks to be counted? Then `search` gives them in order, from `query.place.start` on."""
    place: Callable[[Resource], str] = by_id
    """Where a resource is in that order."""

    @property
    def required(self) -> list[str]:
        """The elements that each of its resources must have."""
        return [one.name for one in definitions()[self.name].values() if one.least]


CANONICAL: Params = {
    "url": Param("token", ("url",)),
    "name": Param("string", ("name",)),
    "title": Param("string", ("title",)),
    "status": Param("token", ("status",)),
    "version": Param("token", ("version",)),
}
"""Search parameters of what defines something."""
