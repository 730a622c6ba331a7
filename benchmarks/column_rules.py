"""The rules of one act as expressions over columns, for peers that compute column by column.

Nobody writes them twice: the functions of `parcours.rules` are read (their syntax tree) and turned, one by one, into
*variables*, as one would write them by hand for OpenFisca or for a query: each result of a function and each local name
is a variable; `if … return` is a branch of a `when … then … otherwise`; `min`, `max`, tables of the law and arithmetic
are those of the peer; what it shares between variables, as a query planner does, is its own affair. What is the same
for all rows (one state of the law, the default readings) is computed beforehand, which favours the peers. The caps over
a patient's acts are left out, because none of the peers carries them from row to row: every act meets empty counters.
"""

import ast
import inspect
import operator
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import FunctionType
from typing import Any, NamedTuple

from parcours.law.record import LawRecord
from parcours.rules.settlement import settle
from parcours.rules.types import Act, Contract, Counters, Readings, Settlement

INPUTS = (*Act._fields, *(f"contract_{name}" for name in Contract._fields))
"""Columns that a peer is given."""
COMPARED = tuple(name for name in Settlement._fields if name != "notes")
"""Columns that it must find: every amount and every case."""
INLINED = ("share", "nearest_euro", "euro_above")
"""Arithmetic helpers: part of the expression that calls them, not variables of their own."""


class Column(NamedTuple):
    """A variable or an input, by its name."""

    name: str
    boolean: bool = False


class Apply(NamedTuple):
    """An operation of a peer on expressions: its name, and what it is applied to."""

    operation: str
    operands: tuple[Any, ...]
    boolean: bool = False


class First(NamedTuple):
    """The value of the first condition that holds, else the last value."""

    conditions: tuple[Any, ...]
    values: tuple[Any, ...]
    boolean: bool = False


Expression = Any
"""`Column`, `Apply`, `First`, or a constant."""


@dataclass(frozen=True)
class Program:
    """Variables in an order where each needs only those before it; `levels` are those that can be computed together."""

    variables: Mapping[str, Expression]
    answers: Mapping[str, Expression]
    levels: tuple[tuple[str, ...], ...]


def program(law: LawRecord) -> Program:
    """The whole of `settle` under one state of the law."""
    reader = Reader()
    act = Act(*(Column(name) for name in Act._fields))
    contract = Contract(*(Column(f"contract_{name}") for name in Contract._fields))
    answers = reader.call(settle, (act, contract, Counters(), law, Readings()), {})._asdict()
    needed = used_by((answers[name] for name in COMPARED), reader.variables)
    return Program(needed, answers, levels(needed))


def used_by(answers: Iterable[Expression], variables: Mapping[str, Expression]) -> dict[str, Expression]:
    """The variables that answers stand on: what only a note needs is not asked of a peer."""
    needed: set[str] = set()
    waiting = [name for answer in answers for name in columns_of(answer)]
    while waiting:
        name = waiting.pop()
        if name in variables and name not in needed:
            needed.add(name)
            waiting += columns_of(variables[name])
    return {name: expression for name, expression in variables.items() if name in needed}


def levels(variables: Mapping[str, Expression]) -> tuple[tuple[str, ...], ...]:
    """Variables by how many others they stand on."""
    depth: dict[str, int] = dict.fromkeys(INPUTS, 0)
    for name, expression in variables.items():
        depth[name] = 1 + max((depth[used] for used in columns_of(expression)), default=0)
    names = [name for name in depth if name in variables]
    return tuple(tuple(n for n in names if depth[n] == level) for level in range(1, max(depth.values()) + 1))


def columns_of(expression: Expression) -> Iterator[str]:
    """Names of the columns in an expression."""
    if isinstance(expression, Column):
        yield expression.name
    elif isinstance(expression, (Apply, First)):
        for item in expression:
            for part in item if isinstance(item, tuple) else ():
                yield from columns_of(part)


def symbolic(value: Any) -> bool:
    """Does it differ from row to row?"""
    return isinstance(value, (Column, Apply, First))


def boolean(value: Any) -> bool:
    """Is it a yes/no, rather than a number?"""
    return value.boolean if symbolic(value) else isinstance(value, bool)


def truth(value: Expression) -> Expression:
    """A number as a condition: is it other than zero?"""
    if not symbolic(value):
        return bool(value)
    return value if boolean(value) else Apply("ne", (value, 0), boolean=True)


def apply(name: str, *operands: Expression) -> Expression:
    """An operation, computed at once where nothing in it differs from row to row."""
    if not any(map(symbolic, operands)):
        return CONSTANT[name](*operands)
    return Apply(name, operands, name in {"eq", "ne", "lt", "le", "gt", "ge", "and", "or", "not"})


CONSTANT: dict[str, Callable[..., Any]] = {
    "eq": operator.eq, "ne": operator.ne, "lt": operator.lt, "le": operator.le, "gt": operator.gt, "ge": operator.ge,
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "floordiv": operator.floordiv,
    "bit": lambda bits, place: bits >> place & 1, "bitand": operator.and_, "bitor": operator.or_, "lshift": operator.lshift,
    "table": operator.getitem, "min": min, "max": max,
}  # fmt: skip
OPERATORS = {
    ast.Eq: "eq", ast.NotEq: "ne", ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge", ast.Add: "add",
    ast.Sub: "sub", ast.Mult: "mul", ast.FloorDiv: "floordiv", ast.BitAnd: "bitand", ast.BitOr: "bitor", ast.LShift: "lshift",
}  # fmt: skip


def joined(operation: str, parts: Iterable[Expression]) -> Expression:
    """A conjunction ("and") or a disjunction ("or"); what changes nothing is left out, what decides stands for all."""
    neutral = operation == "and"
    left = [part for part in map(truth, parts) if part is not neutral]
    if any(part is (not neutral) for part in left):
        return not neutral
    if not left:
        return neutral
    return left[0] if len(left) == 1 else Apply(operation, tuple(left), boolean=True)


def negation(value: Expression) -> Expression:
    """The contrary of a condition."""
    value = truth(value)
    return Apply("not", (value,), boolean=True) if symbolic(value) else not value


def first(condition: Expression, value: Expression, otherwise: Expression) -> Expression:
    """One value where a condition holds and another elsewhere; chains become one list of cases, tuples go by place."""
    if not symbolic(condition):
        return value if condition else otherwise
    if isinstance(value, tuple) and not symbolic(value):
        return tuple(first(condition, *pair) for pair in zip(value, otherwise, strict=True))
    if value == otherwise and isinstance(value, type(otherwise)):
        return value
    yes_no = boolean(value) and boolean(otherwise)
    if isinstance(otherwise, First) and otherwise.boolean == yes_no:
        return First((condition, *otherwise.conditions), (value, *otherwise.values), yes_no)
    return First((condition,), (value, otherwise), yes_no)


@dataclass
class Reader:
    """Reads functions into variables."""

    variables: dict[str, Expression] = field(default_factory=dict)
    known: dict[Any, Any] = field(default_factory=dict)

    def call(self, function: FunctionType, arguments: tuple[Any, ...], named: Mapping[str, Any]) -> Any:
        """What a function gives: its results are variables, shared by all who call it with the same arguments."""
        bound = inspect.signature(function).bind(*arguments, **named).arguments
        key = (function.__name__, *(id(v) if isinstance(v, (LawRecord, Act)) else v for v in bound.values()))
        if key not in self.known:
            answer = self.block(body_of(function), Names(function, dict(bound)))
            inlined = function.__name__ in INLINED
            self.known[key] = answer if inlined else self.kept(function.__name__, answer)
        return self.known[key]

    def kept(self, name: str, value: Any) -> Any:
        """A value under a name; a tuple by its parts."""
        if isinstance(value, tuple) and not symbolic(value):
            parts = getattr(value, "_fields", range(len(value)))
            kept = [self.kept(f"{name}_{part}", item) for part, item in zip(parts, value, strict=True)]
            return type(value)(*kept) if hasattr(value, "_fields") else tuple(kept)
        if not isinstance(value, (Apply, First)):
            return value
        free = name
        while free in self.variables or free in INPUTS:
            free += "_"
        self.variables[free] = value
        return Column(free, value.boolean)

    def block(self, statements: list[ast.stmt], names: "Names") -> Any:
        """The value that these statements return."""
        for place, statement in enumerate(statements):
            rest = statements[place + 1 :]
            match statement:
                case ast.Return():
                    return self.value(statement.value, names)
                case ast.If():
                    condition = truth(self.value(statement.test, names))
                    if not symbolic(condition):
                        return self.block([*(statement.body if condition else statement.orelse), *rest], names)
                    return self.branch(condition, statement, rest, names)
                case ast.Assign():
                    self.assign(statement.targets[0], self.value(statement.value, names), names)
                case ast.For(target=ast.Name(id=name), body=[ast.If() as test]):
                    return self.first_of(name, self.value(statement.iter, names), test, rest, names)
                case ast.AugAssign(target=ast.Name(id=name)):
                    sum_ = ast.BinOp(ast.Name(name), statement.op, statement.value)
                    self.assign(statement.target, self.value(sum_, names), names)
                case ast.AnnAssign():
                    self.assign(statement.target, self.value(statement.value, names), names)
                case _:
                    msg = f"a rule has a statement that is not understood: {ast.unparse(statement)}"
                    raise NotImplementedError(msg)
        return None

    def branch(self, condition: Expression, statement: ast.If, rest: list[ast.stmt], names: "Names") -> Any:
        """Both sides of an `if`: one that may return is a case; one that assigns changes the names after it."""
        if any(isinstance(node, ast.Return) for node in ast.walk(statement)):
            value = self.block([*statement.body, *rest], names.copy())
            return first(condition, value, self.block([*statement.orelse, *rest], names))
        inside = names.copy()
        self.block(statement.body, inside)
        for name, before in list(names.local.items()):
            if inside.local[name] is not before:
                names.local[name] = self.kept(name, first(condition, inside.local[name], before))
        return self.block(rest, names)

    def first_of(self, name: str, items: tuple[Any, ...], test: ast.If, rest: list[ast.stmt], names: "Names") -> Any:
        """A loop that returns the first item for which a condition holds: one case an item."""
        if not items:
            return self.block(rest, names)
        inside = names.copy()
        inside.local[name] = items[0]
        value = self.block(test.body, inside)
        return first(truth(self.value(test.test, inside)), value, self.first_of(name, items[1:], test, rest, names))

    def assign(self, target: ast.expr, value: Any, names: "Names") -> None:
        """A local name is a variable too: an expression used twice is computed once."""
        if isinstance(target, ast.Tuple):
            for item, part in zip(target.elts, value, strict=True):
                self.assign(item, part, names)
        elif isinstance(target, ast.Name):
            names.local[target.id] = self.kept(target.id, value)

    def value(self, node: Any, names: "Names") -> Any:  # noqa: C901, PLR0911, PLR0912 - one case for each form of expression
        """An expression of a rule."""
        match node:
            case ast.Constant():
                return node.value
            case ast.Name():
                return names[node.id]
            case ast.Attribute():
                found = getattr(self.value(node.value, names), node.attr)
                return int(found) if isinstance(found, int) and not isinstance(found, bool) else found
            case ast.Tuple():
                return tuple(self.value(item, names) for item in node.elts)
            case ast.Subscript():
                return self.element(self.value(node.value, names), self.value(node.slice, names))
            case ast.Compare():
                return self.comparison(node, names)
            case ast.BoolOp():
                parts = (self.value(item, names) for item in node.values)
                return joined("and" if isinstance(node.op, ast.And) else "or", parts)
            case ast.UnaryOp(op=ast.Not()):
                return negation(self.value(node.operand, names))
            case ast.UnaryOp(op=ast.USub()):
                return -self.value(node.operand, names)
            case ast.IfExp():
                sides = self.value(node.body, names), self.value(node.orelse, names)
                return first(truth(self.value(node.test, names)), *sides)
            case ast.BinOp(op=ast.BitAnd(), left=ast.BinOp(op=ast.RShift())):
                return apply("bit", self.value(node.left.left, names), self.value(node.left.right, names))
            case ast.BinOp():
                return apply(OPERATORS[type(node.op)], self.value(node.left, names), self.value(node.right, names))
            case ast.Call():
                return self.called(node, names)
        msg = f"a rule has an expression that is not understood: {ast.unparse(node)}"
        raise NotImplementedError(msg)

    def element(self, values: Any, place: Any) -> Any:
        """A part of a result, or a cell of a table of the law."""
        return apply("table", tuple(values), place) if symbolic(place) else values[place]

    def comparison(self, node: ast.Compare, names: "Names") -> Expression:
        """`a <= b < c` is two comparisons."""
        sides = [self.value(item, names) for item in (node.left, *node.comparators)]
        if isinstance(node.ops[0], (ast.Eq, ast.NotEq)) and all(type(side) is tuple for side in sides):
            same = joined("and", (apply("eq", *pair) for pair in zip(*sides, strict=True)))
            return same if isinstance(node.ops[0], ast.Eq) else negation(same)
        steps = (apply(OPERATORS[type(op)], sides[place], sides[place + 1]) for place, op in enumerate(node.ops))
        return joined("and", steps)

    def called(self, node: ast.Call, names: "Names") -> Any:
        """A call: of a rule, of a tuple of results, of `min`, `max` or `bool`."""
        function = names[node.func.id]  # type: ignore[attr-defined]
        arguments = tuple(self.value(item, names) for item in node.args)
        named = {str(item.arg): self.value(item.value, names) for item in node.keywords}
        if function in {min, max}:
            answer = arguments[0]
            for other in arguments[1:]:
                answer = apply(function.__name__, answer, other)
            return answer
        if function is bool:
            return truth(arguments[0])
        if isinstance(function, FunctionType):
            return self.call(function, arguments, named)
        return function(*arguments, **named)


@dataclass
class Names:
    """What the names in a function stand for: its own, then those of its module."""

    function: FunctionType
    local: dict[str, Any]

    def __getitem__(self, name: str) -> Any:
        if name in self.local:
            return self.local[name]
        builtins = {"min": min, "max": max, "bool": bool}
        return self.function.__globals__.get(name, builtins.get(name))

    def copy(self) -> "Names":
        """The same names, to be changed apart."""
        return Names(self.function, dict(self.local))


@cache
def body_of(function: FunctionType) -> list[ast.stmt]:
    """The statements of a function, without its docstring."""
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(function))).body
    assert isinstance(definition, ast.FunctionDef)
    return definition.body[1:]
