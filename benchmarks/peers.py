"""Peers that settle the same acts: OpenFisca-core Variables, Polars expressions, DuckDB SQL."""

from collections.abc import Callable

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa

from benchmarks.peer_rules import COMPARED, INPUTS, LEVELS, VARIABLES

Columns = dict[str, np.ndarray]


class ArrayOps:
    """NumPy, as formulas of OpenFisca use it."""

    @staticmethod
    def first(*cases, otherwise):
        return np.select([condition for condition, _ in cases], [value for _, value in cases], otherwise)

    @staticmethod
    def table(values, index):
        return np.asarray(values)[index]

    least, greatest = staticmethod(np.minimum), staticmethod(np.maximum)


def openfisca(columns: Columns, law) -> Callable[[], Columns]:
    """Rules as Variables of an entity, one formula each."""
    from openfisca_core.entities import build_entity
    from openfisca_core.periods import DateUnit
    from openfisca_core.simulations import SimulationBuilder
    from openfisca_core.taxbenefitsystems import TaxBenefitSystem
    from openfisca_core.variables import Variable

    act = build_entity(key="act", plural="acts", label="An act of care", is_person=True)
    system = TaxBenefitSystem([act])

    def add(name, formula=None):
        boolean = formula is not None and name in {*LEVELS[0], "coordinated", "majoree"}
        body = {"value_type": bool if boolean else int, "entity": act, "definition_period": DateUnit.DAY, "label": name}
        if formula is not None:
            body["formula"] = lambda acts, period: formula(lambda other: wide(acts(other, period)), ArrayOps, law)
        system.add_variable(type(name, (Variable,), body))

    for name in INPUTS:
        add(name)
    for name, formula in VARIABLES.items():
        add(name, formula)

    def run() -> Columns:
        simulation = SimulationBuilder().build_default_simulation(system, len(columns["fee"]))
        for name in INPUTS:
            simulation.set_input(name, "2025-06-01", columns[name])
        return {name: simulation.calculate(name, "2025-06-01") for name in COMPARED}

    return run


def wide(values: np.ndarray) -> np.ndarray:
    """OpenFisca keeps whole numbers in 32 bits: cents times basis points need 64."""
    return values if values.dtype == bool else values.astype(np.int64)


class PolarsOps:
    """Polars expressions."""

    @staticmethod
    def first(*cases, otherwise):
        chain = None
        for condition, value in cases:
            chain = (pl if chain is None else chain).when(condition).then(PolarsOps.as_expression(value))
        return chain.otherwise(PolarsOps.as_expression(otherwise))

    @staticmethod
    def table(values, index):
        return pl.lit(pl.Series(values, dtype=pl.Int64)).gather(index)

    @staticmethod
    def least(one, other):
        return pl.min_horizontal(PolarsOps.as_expression(one), PolarsOps.as_expression(other))

    @staticmethod
    def greatest(one, other):
        return pl.max_horizontal(PolarsOps.as_expression(one), PolarsOps.as_expression(other))

    @staticmethod
    def as_expression(value):
        return value if isinstance(value, pl.Expr) else pl.lit(value, dtype=pl.Int64)


def polars(columns: Columns, law) -> Callable[[], Columns]:
    """One lazy query, each group of variables a `with_columns`."""
    frame = pl.DataFrame({name: columns[name] for name in INPUTS})
    query = frame.lazy()
    for level in LEVELS:
        query = query.with_columns(**{name: VARIABLES[name](pl.col, PolarsOps, law) for name in level})
    query = query.select(COMPARED)

    def run() -> Columns:
        result = query.collect()
        return {name: result[name].to_numpy() for name in COMPARED}

    return run


class Sql:
    """An expression of SQL, written by Python's operators."""

    def __init__(self, text: str) -> None:
        self.text = text

    def joined(self, operator: str, other) -> "Sql":
        return Sql(f"({self.text} {operator} {sql(other)})")

    def __invert__(self):
        return Sql(f"(NOT {self.text})")

    def __rmul__(self, other):
        return Sql(f"({sql(other)} * {self.text})")

    __hash__ = None


def sql(value) -> str:
    return value.text if isinstance(value, Sql) else str(value)


def _operator(symbol):
    return lambda self, other: self.joined(symbol, other)


for _method, _symbol in {
    "__eq__": "=", "__ne__": "<>", "__lt__": "<", "__le__": "<=", "__gt__": ">", "__ge__": ">=", "__and__": "AND",
    "__or__": "OR", "__add__": "+", "__sub__": "-", "__mul__": "*", "__floordiv__": "//", "__mod__": "%",
}.items():  # fmt: skip
    setattr(Sql, _method, _operator(_symbol))


class SqlOps:
    """DuckDB's SQL."""

    @staticmethod
    def first(*cases, otherwise):
        whens = " ".join(f"WHEN {sql(condition)} THEN {sql(value)}" for condition, value in cases)
        return Sql(f"(CASE {whens} ELSE {sql(otherwise)} END)")

    @staticmethod
    def table(values, index):
        return Sql(f"([{', '.join(map(str, values))}])[{sql(index)} + 1]")

    @staticmethod
    def least(one, other):
        return Sql(f"least({sql(one)}, {sql(other)})")

    @staticmethod
    def greatest(one, other):
        return Sql(f"greatest({sql(one)}, {sql(other)})")


def duckdb_sql(columns: Columns, law) -> Callable[[], Columns]:
    """One query, each group of variables a sub-query, over a table of its own."""
    connection = duckdb.connect()
    connection.register("given", pa.table({name: columns[name].astype(np.int64) for name in INPUTS}))
    connection.execute("CREATE TABLE acts AS SELECT * FROM given")
    query = "acts"
    for level in LEVELS:
        new = ", ".join(f"{VARIABLES[name](Sql, SqlOps, law).text} AS {name}" for name in level)
        query = f"(SELECT *, {new} FROM {query})"
    text = f"SELECT {', '.join(COMPARED)} FROM {query}"

    def run() -> Columns:
        return dict(connection.execute(text).fetchnumpy())

    return run
