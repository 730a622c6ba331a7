"""Routes found by the segments of an address: a router asks each of its routes in turn, an index the few that may fit.

The answer is the router's own: of the routes that may fit, the first that does in the router's order. What fits none in
full (another method, an address that does not exist, a slash too many) is left to the router.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from starlette.routing import BaseRoute, Match, Route, Router
from starlette.types import Receive, Scope, Send

Placed = tuple[int, BaseRoute]
"""A route and its place among all."""


@dataclass
class Node:
    """What addresses that begin alike lead to."""

    named: dict[str, "Node"] = field(default_factory=dict)
    """By the next segment."""
    other: "Node | None" = None
    """Whatever the next segment is."""
    ends: list[Placed] = field(default_factory=list)
    beyond: list[Placed] = field(default_factory=list)
    """Routes that take any number of segments from here, or say themselves what they take."""

    def child(self, segment: str) -> "Node":
        """The node of a segment of a pattern, made if need be."""
        if "{" not in segment:
            return self.named.setdefault(segment, Node())
        self.other = self.other or Node()
        return self.other

    def near(self, segments: Sequence[str], at: int = 0) -> Iterator[Placed]:
        """The routes that may fit an address."""
        yield from self.beyond
        if at == len(segments):
            yield from self.ends
            return
        for node in (self.named.get(segments[at]), self.other):
            if node is not None:
                yield from node.near(segments, at + 1)


class Indexed:
    """ASGI: a router, with an index of the routes it has now."""

    def __init__(self, router: Router) -> None:
        self.router, self.root = router, Node()
        for placed in enumerate(router.routes):
            self._place(placed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not scope.get("root_path") and "\n" not in scope["path"]:
            near = sorted(self.root.near(scope["path"].split("/")), key=lambda placed: placed[0])
            for _, route in near:
                match, found = route.matches(scope)
                if match is Match.FULL and isinstance(route, Route):
                    scope.setdefault("router", self.router)
                    scope["route"] = route
                    scope.update(found)
                    await route.handle(scope, receive, send)
                    return
                if match is Match.FULL:
                    break
        await self.router.app(scope, receive, send)

    def _place(self, placed: Placed) -> None:
        route, node = placed[1], self.root
        if not isinstance(route, Route):
            node.beyond.append(placed)
            return
        for segment in route.path.split("/"):
            if ":path}" in segment:
                node.beyond.append(placed)
                return
            node = node.child(segment)
        node.ends.append(placed)


def indexed(router: Router) -> None:
    """Let a router find its routes by an index; those added later are found as before."""
    router.middleware_stack = Indexed(router)
