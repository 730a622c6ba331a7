"""The peers of the benchmark are given the rules as they are today, and find what the rules find."""

import pytest

from benchmarks.batch import Ours, acts_in_memory, check_same
from benchmarks.column_rules import program
from benchmarks.peers import duckdb_sql, openfisca, polars


@pytest.fixture(scope="module")
def ours() -> Ours:
    """Some acts, settled by the compiled rules."""
    acts = Ours(acts_in_memory(1_000))
    acts.run(1)
    return acts


@pytest.mark.parametrize("peer", [openfisca, polars, duckdb_sql])
def test_a_peer_finds_every_amount_and_every_case(ours: Ours, peer) -> None:
    check_same(peer.__name__, peer(ours.inputs(), program(ours.law()))(), ours.results())
