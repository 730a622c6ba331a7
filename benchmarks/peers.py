"""Peers that settle the same acts by the same rules (`column_rules`): OpenFisca-core, Polars expressions, DuckDB SQL."""

import operator
from collections.abc import Callable
from functools import reduce
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa

from benchmarks.column_rules import COMPARED, INPUTS, Apply, Column, Expression, First, Program

Columns = dict[str, np.ndarray]
Run = Callable[[], Columns]


def written(expression: Expression, column: Callable[[str], Any], peer: Any) -> Any:
    """An expression in the terms of a peer: its columns, its operations."""
    match expression:
        case Column():
            return column(expression.name)
        case Apply("table", (values, place)):
            return peer.table(values, written(place, column, peer))
        case Apply():
            operands = [written(part, column, peer) for part in expression.operands]
            operation = getattr(peer, f"{expression.operation}_")
            return reduce(operation, operands) if len(operands) > 1 else operation(*operands)
        case First():
            conditions = [written(part, column, peer) for part in expression.conditions]
            values = [written(part, column, peer) for part in expression.values]
            return peer.first(conditions, values)
    return peer.constant(expression)


class Arithmetic:
    """Operations that are written with Python's operators everywhere."""

    eq_, ne_, lt_, le_, gt_, ge_ = map(staticmethod, (
        operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge
    ))  # fmt: skip
    add_, sub_, mul_, floordiv_ = map(staticmethod, (operator.add, operator.sub, operator.mul, operator.floordiv))
    and_, or_, not_ = map(staticmethod, (operator.and_, operator.or_, operator.invert))
    bitand_, bitor_ = staticmethod(operator.and_), staticmethod(operator.or_)

    @staticmethod
    def constant(value):
        return value


class ArrayOps(Arithmetic):
    """NumPy, as formulas of OpenFisca use it."""

    min_, max_ = staticmethod(np.minimum), staticmethod(np.maximum)

    @staticmethod
    def mul_(one, other):
        """OpenFisca keeps whole numbers in 32 bits: cents times basis points need 64."""
        return np.multiply(one, other, dtype=np.int64)

    @staticmethod
    def bit_(bits, place):
        return (bits >> place) & 1

    @staticmethod
    def table(values, place):
        return np.asarray(values, np.int32)[place]

    @staticmethod
    def first(conditions, values):
        return np.select(conditions, values[:-1], values[-1])


def openfisca(columns: Columns, rules: Program) -> Run:
    """Rules as Variables of an entity, one formula each."""
    from openfisca_core.entities import build_entity
    from openfisca_core.periods import DateUnit
    from openfisca_core.simulations import SimulationBuilder
    from openfisca_core.taxbenefitsystems import TaxBenefitSystem
    from openfisca_core.variables import Variable

    act = build_entity(key="act", plural="acts", label="An act of care", is_person=True)
    system = TaxBenefitSystem([act])

    def add(name, expression=None):
        body = {
            "value_type": bool if expression is not None and expression.boolean else int,
            "entity": act, "definition_period": DateUnit.DAY, "label": name,
        }  # fmt: skip
        if expression is not None:
            body["formula"] = lambda acts, period: written(expression, lambda used: acts(used, period), ArrayOps)
        system.add_variable(type(name, (Variable,), body))

    for name in INPUTS:
        add(name)
    for name, expression in rules.variables.items():
        add(name, expression)
    given = {name: columns[name].astype(np.int32) for name in INPUTS}

    @np.errstate(divide="ignore")  # of a case that the row is not in
    def run() -> Columns:
        simulation = SimulationBuilder().build_default_simulation(system, len(given["fee"]))
        for name in INPUTS:
            simulation.set_input(name, "2025-06-01", given[name])
        return {name: simulation.calculate(rules.answers[name].name, "2025-06-01") for name in COMPARED}

    return run


class PolarsOps(Arithmetic):
    """Polars expressions."""

    @staticmethod
    def constant(value):
        return pl.lit(value, dtype=pl.Boolean if isinstance(value, bool) else pl.Int64)

    @staticmethod
    def min_(one, other):
        return pl.min_horizontal(one, other)

    @staticmethod
    def max_(one, other):
        return pl.max_horizontal(one, other)

    @staticmethod
    def bit_(bits, place):
        powers = pl.lit(pl.Series([1 << power for power in range(32)], dtype=pl.Int64))
        return (bits // powers.gather(place)) % 2

    @staticmethod
    def table(values, place):
        return pl.lit(pl.Series(values, dtype=pl.Int64)).gather(place)

    @staticmethod
    def first(conditions, values):
        chain: Any = pl
        for condition, value in zip(conditions, values[:-1], strict=True):
            chain = chain.when(condition).then(value)
        return chain.otherwise(values[-1])


def polars(columns: Columns, rules: Program) -> Run:
    """One lazy query, each level of variables a `with_columns`."""
    query = pl.DataFrame({name: columns[name] for name in INPUTS}).lazy()
    for level in rules.levels:
        query = query.with_columns(**{name: written(rules.variables[name], pl.col, PolarsOps) for name in level})
    query = query.select(**{name: pl.col(rules.answers[name].name) for name in COMPARED})

    def run() -> Columns:
        result = query.collect()
        return {name: result[name].to_numpy() for name in COMPARED}

    return run


class SqlOps:
    """DuckDB's SQL."""

    eq_, ne_, lt_, le_, gt_, ge_, add_, sub_, mul_, floordiv_, and_, or_, bitand_, bitor_ = (
        staticmethod(lambda one, other, sign=sign: f"({one} {sign} {other})")
        for sign in ("=", "<>", "<", "<=", ">", ">=", "+", "-", "*", "//", "AND", "OR", "&", "|")
    )

    min_, max_ = (
        staticmethod(lambda one, other, name=name: f"{name}({one}, {other})") for name in ("least", "greatest")
    )

    @staticmethod
    def constant(value):
        return str(value)

    @staticmethod
    def not_(one):
        return f"(NOT {one})"

    @staticmethod
    def bit_(bits, place):
        return f"(({bits} >> {place}) & 1)"

    @staticmethod
    def table(values, place):
        return f"([{', '.join(map(str, values))}])[{place} + 1]"

    @staticmethod
    def first(conditions, values):
        whens = " ".join(f"WHEN {c} THEN {v}" for c, v in zip(conditions, values[:-1], strict=True))
        return f"(CASE {whens} ELSE {values[-1]} END)"


def duckdb_sql(columns: Columns, rules: Program) -> Run:
    """One query, each level of variables a sub-query, over a table of its own."""
    connection = duckdb.connect()
    connection.execute("SET error_on_division_by_zero = false")  # of a case that the row is not in
    connection.register("given", pa.table({name: columns[name] for name in INPUTS}))
    connection.execute("CREATE TABLE acts AS SELECT * FROM given")
    query = "acts"
    for level in rules.levels:
        new = ", ".join(f'{written(rules.variables[name], quoted, SqlOps)} AS "{name}"' for name in level)
        query = f"(SELECT *, {new} FROM {query})"
    text = f"SELECT {', '.join(f'{quoted(rules.answers[name].name)} AS {name}' for name in COMPARED)} FROM {query}"

    def run() -> Columns:
        return dict(connection.execute(text).fetchnumpy())

    return run


def quoted(name: str) -> str:
    return f'"{name}"'
