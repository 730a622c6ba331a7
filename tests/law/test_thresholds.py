"""What the registry and the engine read of the law: by the day, and nowhere else."""

import ast
import re
from datetime import date
from pathlib import Path

import pytest

import parcours
from parcours.engine.case import candidates, settle
from parcours.law import thresholds
from parcours.law.cache import flat_law

SOURCE = Path(parcours.__file__).parent
LATE = date(2026, 6, 15)


def test_the_ages_of_the_law():
    assert (thresholds.age_of_choice(LATE), thresholds.majority(LATE), thresholds.participation_age()) == (16, 18, 18)
    assert thresholds.ages_of(flat_law().default.on(LATE)) == (2, 6, 16, 18, 25, 26)
    assert thresholds.general_practice() == {1, 22, 23}
    assert thresholds.age_of_choice(date(1980, 5, 17)) == 16, "a kinship may begin before the law"


def test_the_form_has_its_days():
    assert thresholds.declaration_form(date(2013, 12, 31)) is None
    assert thresholds.declaration_form(date(2015, 12, 31)) == "S3704, Cerfa 12485*02"
    assert thresholds.declaration_form(LATE) == "S3704, Cerfa 12485*03"


@pytest.mark.parametrize(
    ("left_on", "on", "until"),
    [
        (date(2025, 6, 30), date(2025, 6, 30), date(2026, 6, 30)),
        (date(2024, 2, 29), date(2024, 3, 1), date(2025, 3, 1)),
        (date(2019, 5, 1), LATE, None),  # over long before the law of 2023
        (date(2022, 12, 29), LATE, None),  # over on the very day the law came into force
        (date(2023, 6, 1), date(2023, 12, 28), None),  # no time of grace yet on that day
        (date(2023, 6, 1), date(2023, 12, 29), date(2024, 6, 1)),
    ],
)
def test_the_time_of_grace_is_that_of_the_law_of_the_day(left_on, on, until):
    assert thresholds.grace_until(left_on, on) == until


@pytest.mark.parametrize(("days", "due"), [(-1, False), (0, True)])
def test_the_grace_announced_is_the_grace_settled(days, due):
    """On the last day announced no majoration is due, on the next one it is."""
    left_on = date(2025, 6, 1)
    until = thresholds.grace_until(left_on, LATE)
    visit = {
        "care_date": date.fromordinal(until.toordinal() + days),
        "age": 40,
        "specialty": "cardiologie",
        "fee": 60,
        "convention": "secteur_1",
        "medecin_traitant": False,
        "role": "autre",
        "referral": "none",
        "medecin_traitant_left_on": left_on,
    }
    assert (settle(visit).settlement.majoration > 0) is due


@pytest.mark.parametrize("specialty", ["pediatrie", "psychiatrie", "generaliste", "cardiologie"])
@pytest.mark.parametrize("day", ["2018-03-01", "2026-06-15"])
def test_ages_between_two_candidates_are_settled_alike(specialty, day):
    facts = {
        "care_date": day, "specialty": specialty, "convention": "secteur_1", "fee": 50, "medecin_traitant": True,
        "role": "autre", "referral": "none", "age_1er_janvier": 40,
    }  # fmt: skip
    ages = candidates()["age"]
    for age in range(100):
        nearest = max(one for one in ages if one <= age)
        assert settle({**facts, "age": age}).settlement == settle({**facts, "age": nearest}).settlement, age


# --- nowhere else ----------------------------------------------------------------------------------------------------

SAMPLES = {
    "engine/proof/space_euros.py": "ages of the examples that the euros are shown for",
    "lab/export/card.py": "shares of the text of a dataset's card",
    "lab/export/dcir.py": "widths of the columns of national tables",
    "lab/study.py": "groups of age of the tables",
    "lab/nomenclatures.py": "widths of the columns of official files",
    "registry/demo/seed.py": "days, numbers and specialties of invented people",
    "web/public/prevention.py": "ages a visitor may tap",
    "web/public/rules_pages.py": "ages a visitor may choose in the table of decisions",
    "web/public/situations.py": "ages of the examples",
}
"""Files that may hold an age or a specialty, and why."""
OUTSIDE = [
    path
    for path in sorted(SOURCE.rglob("*.py"))
    if path.relative_to(SOURCE).parts[0] != "law" and "migrations" not in path.parts
]
ABOUT = re.compile(
    r"(?<![a-z])(ages?|adult|majority|minor|birth|years?|annees?|specialt(y|ies)|generalistes?)(?![a-z])"
)
FORM = re.compile(r"\bS\d{4}\b|\b\d{5}\*\d{2}\b")


def statements(tree: ast.Module) -> list[ast.AST]:
    """Statements without a body, and the tests of those with one."""
    simple = [node for node in ast.walk(tree) if isinstance(node, ast.stmt) and not hasattr(node, "body")]
    tests = [node.test for node in ast.walk(tree) if isinstance(node, (ast.If, ast.IfExp, ast.While))]
    defaults = [
        default
        for node in ast.walk(tree)
        if isinstance(node, ast.arguments)
        for default in (*node.defaults, *node.kw_defaults)
        if default
    ]
    return [*simple, *tests, *defaults]


def docstrings(tree: ast.Module) -> set[int]:
    return {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def test_no_age_form_or_specialty_of_the_law_is_written_outside_law():
    ages = set(thresholds.ages_of(flat_law().default.on(LATE))) - {2, 6}
    wrong = [f"{path.relative_to(SOURCE)}:{said}" for path in OUTSIDE for said in written(path, ages)]
    assert not wrong


def written(path, ages):
    """What of the law a file writes: a form (which is in law/parameters), an age, the specialties of practice."""
    tree = ast.parse(path.read_text("utf-8"))
    documentation = docstrings(tree)
    for node in ast.walk(tree):
        text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if text and FORM.search(node.value) and id(node) not in documentation:
            yield f"{node.lineno}: a form"
    if str(path.relative_to(SOURCE)) in SAMPLES:
        return
    for statement in statements(tree):
        numbers = {
            node.value for node in ast.walk(statement) if isinstance(node, ast.Constant) and type(node.value) is int
        }
        if numbers & ages and ABOUT.search(ast.unparse(statement).lower()):
            yield f"{statement.lineno}: {ast.unparse(statement)}"
        if thresholds.general_practice() <= numbers:
            yield f"{statement.lineno}: the specialties of general practice"


def test_the_samples_still_need_their_exception():
    for name in SAMPLES:
        assert (SOURCE / name).exists()
