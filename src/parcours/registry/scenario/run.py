"""Play a story: its events in order, each in its own transaction, then what it expects."""

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec

from parcours.errors import ParcoursError
from parcours.registry.scenario import care_ald, care_referrals, care_words, told, words
from parcours.registry.scenario.expect import CHECKS, check, check_names
from parcours.registry.scenario.failed import Failed
from parcours.registry.scenario.language import Scenario
from parcours.registry.scenario.stage import Stage
from parcours.registry.store.db import Database

FACES = ("parcours.fhir.stories",)
"""Modules of the faces that bring words of their own, taken in where they are installed."""


@cache
def learn() -> None:
    """Take in the verbs and the expectations of care, and of the faces."""
    for room in (care_words, care_ald, care_referrals):
        words.VERBS.update(room.VERBS)
        CHECKS.update(room.CHECKS)
    for name in FACES:
        if find_spec(name.rpartition(".")[0]) is not None and find_spec("starlette") is not None:
            module = import_module(name)
            words.VERBS.update(module.VERBS)
            CHECKS.update(module.CHECKS)


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

    A word that the language does not have is a story that does not hold: nothing of it is played.
    """
    learn()
    stage = Stage(database, scenario)
    failures: list[Failed] = []
    try:
        words.check(scenario)
        check_names(scenario)
    except ParcoursError as error:
        return Outcome(scenario, (Failed("language", "words of the language", str(error)),), ())
    for event in scenario.events:
        stage.today = event["day"]
        refused = words.happen(stage, event)
        if refused is not None and "refused" in scenario.expect:
            stage.found.setdefault("refused", []).append(refused.code)
        elif refused is not None:
            failures.append(Failed(f"{event['day']} {event['do']}", "done", str(refused)))
            break
    with database.writing() as session:
        if not failures:
            failures = check(stage, session)
        days = told.days(stage, session)
    return Outcome(scenario, tuple(failures), tuple(days))
