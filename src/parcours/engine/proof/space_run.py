"""The compiled rules over a grid of the decision space: which status, case and exceptions each combination gets."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from parcours.engine.batch.loops import Loop
from parcours.engine.proof.space_grid import CASES, STATUS_CODES, Grid, Professional, Variant
from parcours.engine.proof.space_laws import LAWS
from parcours.law.cases import CaseStatus
from parcours.law.record import LawRecord
from parcours.rules import pathway
from parcours.rules.types import Act, Readings


@dataclass
class SpaceBlock:
    """What one professional under one state of the law gave."""

    variant: Variant
    professional: Professional
    grid: Grid
    counts: Any
    """Combinations by (médecin traitant, case, status)."""
    examples: Any
    """A combination of each, by its place in the grid (-1: none)."""
    holes: int
    conflicts: int
    overlaps: int
    broken: Mapping[str, tuple[int, int]]
    """For each metamorphic law: comparisons made, comparisons broken."""
    regime: tuple[int, int, int] = (0, 0, 0)
    """(AME, scheme, status the fund gave)."""


def letters_that_apply(act: Act, law: LawRecord, readings: Readings) -> int:
    """The letters of the exceptions that apply, one bit each."""
    letters = 0
    for letter, _ in pathway.exceptions(act, law, readings):
        letters |= 1 << letter
    return letters & ~1


def majorated_letters(law: LawRecord) -> int:
    """The letters that bear the majoration, one bit each."""
    letters = 0
    for letter in range(STATUS_CODES):
        letters |= law.majoree[letter] << letter
    return letters


def _run(  # noqa: PLR0913, PLR0917 - columns, not objects, for compiled code
    people: Any, circumstances: Any, fixed: Any, laws: Any, readings: Any, majorated: Any, counts: Any, examples: Any,
    wrong: Any,
) -> None:  # fmt: skip
    """Every person with every circumstance: majorated or not, counts, examples; and how many holes, conflicts, overlaps
    are `wrong`.
    """
    law = laws[0]
    holes, conflicts, overlaps = 0, 0, 0
    dear = majorated_letters(law)
    width = len(circumstances)
    for p in range(len(people)):
        for c in range(width):
            act = _act(people[p], circumstances[c], fixed)
            status, case = pathway.pathway_status(act, law, readings)
            majorated[p, c] = law.majoree[status]
            if status == 0 or case == 0 or law.position[status] == 0:
                holes += 1
            declared = people[p, 1]
            counts[declared, case, status] += 1
            if examples[declared, case, status] < 0:
                examples[declared, case, status] = p * width + c
            if case >= CaseStatus.ADDICTOLOGY:
                letters = letters_that_apply(act, law, readings)
                if letters & ~dear and (letters & dear or law.majoree[status]):
                    conflicts += 1
                if letters & (letters - 1):
                    overlaps += 1
    wrong[0], wrong[1], wrong[2] = holes, conflicts, overlaps


def _act_source() -> str:
    """Source of the function that puts an act together, from the names of the facts."""
    cells = {
        "care_date": "fixed[0]",
        "reimbursement_date": "fixed[0]",
        "profession": "fixed[1]",
        "specialty": "fixed[2]",
        "ame": "fixed[3]",
        "scheme": "fixed[4]",
        "status": "fixed[5]",
        "age": "person[0]",
        "age_1er_janvier": "person[0]",
        "medecin_traitant": "person[1]",
        "role": "person[2]",
        "referral": "person[3]",
        "urgent": "person[4]",
        "away": "person[5]",
        "purpose": "around[0]",
        "act": "around[1]",
        "medecin_traitant_indisponible": "around[2]",
        "special_setting": "around[3]",
        "medecin_traitant_left_on": "around[4]",
        "installed_on": "around[5]",
        "zone_deficitaire": "around[6]",
        "referrer_installed_on": "around[7]",
        "referrer_zone_deficitaire": "around[8]",
        "centre_agree_on": "around[9]",
        "ips": "around[10]",
        "quantity": "1",
        "base": "-1",
    }
    return f"def act(person, around, fixed): return Act({', '.join(cells.get(name, '0') for name in Act._fields)})"


def _compiled_act() -> Callable[..., Act]:
    """The function of `_act_source`: a new fact needs no change here."""
    names: dict[str, Any] = {"Act": Act}
    exec(_act_source(), names)  # noqa: S102 - the source is made above, of field names only
    function: Callable[..., Act] = names["act"]
    return function


_act = _compiled_act()


runner = Loop(_run, (_act, letters_that_apply, majorated_letters))


def block_of(
    variant: Variant, professional: Professional, grid: Grid, regime: tuple[int, int, int] = (0, 0, 0)
) -> SpaceBlock:
    """Run one professional under one state of the law; `regime` is (AME, scheme, given status)."""
    import numpy as np

    from parcours.engine.batch.law_table import law_table
    from parcours.law.flat import Records

    people, circumstances = grid.people, grid.circumstances
    majorated = np.zeros((len(people), len(circumstances)), np.bool_)
    counts = np.zeros((2, CASES, STATUS_CODES), np.int64)
    examples = np.full((2, CASES, STATUS_CODES), -1, np.int64)
    fixed = np.array([variant.first_day, professional.profession, professional.specialty, *regime], np.int64)
    laws, _ = law_table(Records([variant.first_day], [variant.law]))
    wrong = np.zeros(3, np.int64)
    runner(people, circumstances, fixed, laws, variant.readings, majorated, counts, examples, wrong)
    holes, conflicts, overlaps = wrong.tolist()
    found = majorated.reshape(grid.shape)
    broken = {} if regime[2] else {name: check(found, grid) for name, check in LAWS.items()}
    return SpaceBlock(variant, professional, grid, counts, examples, holes, conflicts, overlaps, broken, regime)
