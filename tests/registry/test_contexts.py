"""What each context says of itself: whose every table is, its keyed indexes, names that nobody else has."""

import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from parcours.registry.access.decide import Policy
from parcours.registry.access.manifest import Context, Personal, Shared
from parcours.registry.access.model import Role
from parcours.registry.access.rules import ANY, rule
from parcours.registry.contexts import CONTEXTS, METADATA, NAMES, POLICY, Scope, Tag, holdings
from parcours.registry.people.context import Action
from parcours.registry.store.columns import EncryptedText

ROOT = Path(__file__).parents[2]


def test_the_list_names_every_folder_that_has_tables():
    folders = {path.parent.name for path in (ROOT / "src/parcours/registry").glob("*/models.py")}
    assert folders == set(NAMES)
    assert [one.name for one in CONTEXTS] == list(NAMES)


@pytest.mark.parametrize("table", METADATA.sorted_tables, ids=lambda table: table.name)
def test_a_table_says_whose_it_is_in_its_own_context(table):
    owners = [one for one in CONTEXTS for model in one.tables if model.__tablename__ == table.name]
    assert len(owners) == 1, f"{table.name}: personal, shared or public?"
    (model,) = (model for model in owners[0].tables if model.__tablename__ == table.name)
    of_the_store = model.__tablename__ == "installation"  # every context stands on it
    assert model.__module__ == f"parcours.registry.{owners[0].name}.models" or of_the_store


def way_to_the_person(table, held, personal):
    """Is every way of a personal table one to a person, directly or through a table that is personal itself?"""
    if held.through is None:
        own = table.name == "people_insured" and held.by == ("id",)
        return own or all("people_insured" in {key.column.table.name for key in table.c[one].foreign_keys}
                          for one in held.by)  # fmt: skip
    targets = [key.column.table.name for key in table.c[held.through].foreign_keys]
    return len(targets) == 1 and targets[0] in personal


def test_a_personal_table_has_a_way_to_its_person():
    personal = {name: held for name, held in holdings().items() if isinstance(held, Personal)}
    for name, held in personal.items():
        assert way_to_the_person(METADATA.tables[name], held, personal), name
    uses = METADATA.tables["referrals_uses"]
    assert not way_to_the_person(uses, Personal(by=("professional_id",)), personal)
    assert not way_to_the_person(uses, Personal(through="professional_id"), personal)


def test_a_table_that_names_a_person_is_not_public():
    for table in METADATA.sorted_tables:
        named = "insured_id" in table.c or any(key.column.table.name == "people_insured" for key in table.foreign_keys)
        if named:
            assert isinstance(holdings()[table.name], Personal | Shared), table.name


def test_a_shared_table_says_why():
    assert all(len(held.why) > 10 for held in holdings().values() if isinstance(held, Shared))


def test_every_keyed_index_is_declared_and_is_made_of_what_its_row_encrypts():
    declared = {(one.table, one.column): one for context in CONTEXTS for one in context.keyed}
    columns = {(table.name, column.name) for table in METADATA.sorted_tables for column in table.c}
    assert set(declared) <= columns
    assert {(name, column) for name, column in columns if column.endswith("_index")} <= set(declared)
    for (name, _), index in declared.items():
        if index.made_of is not None:
            assert any(isinstance(column.type, EncryptedText) for column in METADATA.tables[name].c), name


def test_names_are_nobody_elses():
    for names in (
        [action.value for one in CONTEXTS for action in one.actions or ()],
        [tag.value for one in CONTEXTS for tag in one.tags or ()],
        [tag.name for one in CONTEXTS for tag in one.tags or ()],
        [scope.value for one in CONTEXTS for scope in one.scopes or ()],
        [of.kind for one in CONTEXTS for of in one.kinds],
    ):
        assert max(Counter(names).values()) == 1
    assert len(Tag) == sum(len(one.tags or ()) for one in CONTEXTS)
    assert len(Scope) == sum(len(one.scopes or ()) for one in CONTEXTS)


def test_a_context_gives_its_own_actions_or_those_of_one_before_it():
    known = set()
    for one in CONTEXTS:
        known |= set(one.actions or ())
        assert {action for given in one.rules for action in given.actions} <= known, one.name
        assert {*one.clinical, *one.signatures, *one.asks} <= set(one.actions or ()), one.name


def test_what_an_action_asks_besides_a_rule_says_how_it_is_refused():
    assert all(relation.refusal is not None for relation in POLICY.asks.values())
    assert set(POLICY.asks) >= {Action.CREATE_PATIENT}


def test_two_rules_of_one_name_are_refused():
    one = rule("same", Role.OFFICER, ANY, "Un.", "One.").gives(Action.READ_PATIENT)
    other = rule("same", Role.INSURED, ANY, "Un.", "One.").gives(Action.READ_PATIENT)
    with pytest.raises(ValueError, match="two rules are called same"):
        Policy([Context(name="a", rules=(one,)), Context(name="b", rules=(other,))])


def test_an_arrow_between_contexts_that_runs_up_is_refused(tmp_path):
    for name in ("src/parcours", "tools"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    config = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(config, encoding="utf-8")
    models = tmp_path / "src/parcours/registry/people/models.py"
    models.write_text(models.read_text(encoding="utf-8") + "\nimport parcours.registry.referrals.models\n", "utf-8")
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    run = subprocess.run(
        command, cwd=tmp_path, env={"PYTHONPATH": str(tmp_path / "src")}, capture_output=True, text=True, check=False
    )
    assert run.returncode == 1, run.stdout + run.stderr
    assert "parcours.registry.people is not allowed to import parcours.registry.referrals" in run.stdout
