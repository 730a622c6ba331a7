"""No sequence of calls leads a role to a text that it may never see: explored, not listed.

A machine picks a caller who has no clinical right and any endpoint, with the ids of anybody's records and of those that
the calls before have made; whatever was allowed on the way, no answer may hold the text of a letter, of a plan, or what
a referral asks. `PARCOURS_ATTACK=long` explores farther (`make attack`).
"""

import os
from contextlib import ExitStack

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from parcours.registry.store.db import Database
from tests.roles.test_roles import ROWS, World

LONG = os.environ.get("PARCOURS_ATTACK") == "long"
CLINICAL = ("SECRET", "SECRÈT")
WITHOUT_CLINICAL_RIGHT = ("officer", "officer_zoe", "administrator", "client", "client_bare", "client_write")
HELPERS = ("alice", "nora", "amar", "sand", "zola", "zoe", "delegate")
"""They do what they may: what they set up must open nothing to the others either."""


def rows_of_records():
    return [row for row in ROWS if not row.path.startswith(("/account", "/session"))]


class Explorer(RuleBasedStateMachine):
    """Callers and calls, in any order; what an answer names becomes an id to use."""

    world: World

    def call(self, name, row, swap):
        names = {mine: theirs for mine, theirs in swap.items() if theirs in self.world.ids}
        answer = self.world.send(name, row, names, headers={"If-Match": "*"})
        assert answer.status_code < 500, (name, row.method, row.path, answer.text)
        if answer.status_code in {200, 201} and "json" in answer.headers.get("content-type", ""):
            content = answer.json()
            if isinstance(content, dict) and isinstance(content.get("id"), str):
                kind = row.path.strip("/").split("/")[0]
                self.world.ids[f"made_{kind}"] = content["id"]
        return answer

    @rule(
        name=st.sampled_from(WITHOUT_CLINICAL_RIGHT),
        row=st.sampled_from(rows_of_records()),
        foreign=st.booleans(),
        made=st.booleans(),
    )
    def somebody_without_a_clinical_right_asks(self, name, row, foreign, made):
        answer = self.call(name, row, self.swap(row, foreign, made))
        assert not any(word in answer.text for word in CLINICAL), (name, row.method, row.path)

    @rule(name=st.sampled_from(HELPERS), row=st.sampled_from(rows_of_records()), foreign=st.booleans())
    def somebody_else_does_what_they_may(self, name, row, foreign):
        if row.path.endswith(("/closing", "/departure")):
            return  # the country must stay inhabited
        self.call(name, row, self.swap(row, foreign, made=False))

    def swap(self, row, foreign, made):
        names = dict(row.foreign) if foreign else {}
        kinds = {"referral": "referrals", "plan": "care-plans", "case": "conciliation", "declaration": "declarations"}
        if made:
            names |= {mine: f"made_{kind}" for mine, kind in kinds.items() if f"made_{kind}" in self.world.ids}
        return names


@pytest.mark.slow
@pytest.mark.parametrize("database_kind", ["sqlite"] if not LONG else ["sqlite", "postgresql"], indirect=True)
def test_no_sequence_of_calls_shows_a_clinical_text_to_who_has_no_right_to_it(database_url):
    database = Database.open(database_url)
    with ExitStack() as exits:
        exits.callback(database.close)
        world = World(database, exits)

        class Here(Explorer):
            pass

        Here.world = world
        control = world.clients["amar"].get(f"/api/v1/referrals/{world.ids['referral']}/letter")
        assert any(word in control.text for word in CLINICAL), "the text is there to be found"
        run_state_machine_as_test(
            Here,
            settings=settings(
                max_examples=200 if LONG else 12,
                stateful_step_count=40 if LONG else 25,
                deadline=None,
                suppress_health_check=list(HealthCheck),
                database=None,
                derandomize=not LONG,
            ),
        )
