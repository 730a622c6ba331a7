"""Play a story: its events in order, each in its own transaction, then what it expects."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from parcours.errors import ParcoursError
from parcours.registry.scenario import problems, told
from parcours.registry.scenario.around import VERBS
from parcours.registry.scenario.expect import Failed, check
from parcours.registry.scenario.language import Scenario
from parcours.registry.scenario.stage import Stage
from parcours.registry.store.db import Database


@dataclass(frozen=True)
class Outcome:
    """How a story went."""

    scenario: Scenario
    failures: tuple[Failed, ...]
    days: tuple[tuple[str, str], ...]
    """(Day, what happened)."""

    @property
    def held(self) -> bool:
        """Did everything happen as expected?"""
        return not self.failures


def play(database: Database, scenario: Scenario) -> Outcome:
    """Play a story in a database; it makes its own fictitious people, and changes nobody else's.

    Raises Invalid: a verb that the language does not have.
    """
    stage = Stage(database, scenario)
    failures: list[Failed] = []
    for event in scenario.events:
        if event["do"] not in VERBS:
            raise problems.unknown_verb(event["do"], field=f"{scenario.id}.do", verbs=sorted(VERBS))
    for event in scenario.events:
        stage.today = event["day"]
        failed = happen(stage, event)
        if failed is not None:
            failures.append(failed)
            break
    with database.writing() as session:
        if not failures:
            failures = check(stage, session)
        days = told.days(stage, session)
    return Outcome(scenario, tuple(failures), tuple(days))


def happen(stage: Stage, event: Mapping[str, Any]) -> Failed | None:
    """Let an event happen; what the registry refuses ends the story."""
    try:
        VERBS[event["do"]](stage, event)
    except ParcoursError as error:
        return Failed(f"{event['day']} {event['do']}", "done", str(error))
    return None
