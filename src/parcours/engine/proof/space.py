"""The decision space: every combination of the facts that drive the pathway, over every era of the law, checked.

    report = check_space()
    report.combinations, report.holes, report.conflicts

The facts that drive the pathway are finite once values that no rule tells apart are put together: specialties by
what the law says of them, purposes by the direct accesses they open, ages and dates on each side of a threshold. The
compiled rules run over all of them. What is checked:

- a *hole*: a combination without a status of the national nomenclature, or without the case that gives it;
- a *conflict*: two exceptions of the same rank apply and disagree on whether the majoration is due. The ranks of the
  law: who and what is not concerned; the exceptions of L162-5-3, L162-5-4, D162-1-6 and R160-6; the general rule.
  Exceptions that apply together and agree are *overlaps*: the order of the billing specification decides their
  letter only;
- every case is reached; and the metamorphic laws hold (declaring a médecin traitant never hurts …).
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from parcours.engine.facts.vocabulary import slug
from parcours.engine.proof.space_grid import (
    AXES,
    INSTALLATION,
    SETTLED,
    TELECONSULTATION,
    Grid,
    grid_of,
    professionals,
    variants,
)
from parcours.engine.proof.space_laws import LAW_TEXTS, LAWS, MetamorphicLaw
from parcours.engine.proof.space_run import SpaceBlock, block_of
from parcours.law.cache import flat_law
from parcours.law.cases import CaseStatus
from parcours.law.codes import Ips, Pathway, Purpose, Referral, Role, Scheme, SpecialSetting, Status
from parcours.law.days import iso


@dataclass
class SpaceReport:
    """The whole decision space, checked."""

    combinations: int = 0
    variants: int = 0
    professionals: int = 0
    holes: int = 0
    conflicts: int = 0
    overlaps: int = 0
    unreached: tuple[str, ...] = ()
    laws: tuple[MetamorphicLaw, ...] = ()
    seconds: float = 0.0
    table: list[dict[str, Any]] = field(default_factory=list)
    """One row for each (professional, médecin traitant, case, status): see `decision_row`."""

    @property
    def sound(self) -> bool:
        """No hole, no conflict, every case reached, every law true."""
        return not (self.holes or self.conflicts or self.unreached or any(law.broken for law in self.laws))


def regimes() -> list[tuple[int, int, int]]:
    """People the pathway does not concern, and statuses the fund gave."""
    schemes = [(0, int(scheme), 0) for scheme in Scheme if scheme != Scheme.GENERAL]
    return [(1, 0, 0), *schemes, *((0, 0, int(status)) for status in Status if status)]


ORDINARY = (0, 0, 0)
REGIME_CASES = (CaseStatus.OUTSIDE_SCHEME, CaseStatus.STATUS_GIVEN)


def small(grid: Grid) -> Grid:
    """The grid with one value on the axes that cannot matter once a regime or a given status decides."""
    return Grid({**grid.values, "purpose": grid.values["purpose"][:1], "left": (0,), "installation": SETTLED})


def check_space(workers: int = 2, progress: Callable[[int, int], None] | None = None) -> SpaceReport:
    """Run it all, over a billion combinations; needs the compiled rules (the `batch` extra).

    `progress` is told the combinations done and those there are in all.
    """
    start, flat = perf_counter(), flat_law()
    states, doctors = variants(), professionals(flat)
    grids = {id(state): grid_of(state, flat) for state in states}
    reduced = {id(state): small(grids[id(state)]) for state in states}
    jobs: list[tuple[Any, ...]] = [
        (state, doctor, (grids if doctor.concerned else reduced)[id(state)]) for state in states for doctor in doctors
    ]
    jobs += [(states[0], doctor, reduced[id(states[0])], regime) for regime in regimes() for doctor in doctors]
    size = sum(job[2].size for job in jobs)
    report = SpaceReport(variants=len(states), professionals=len(doctors))
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    reached: set[int] = set()
    totals: dict[str, tuple[int, int]] = dict.fromkeys(LAWS, (0, 0))
    with ThreadPoolExecutor(workers) as pool:
        for block in pool.map(lambda job: block_of(*job), jobs):
            add(block, report, rows, reached, totals)
            if progress:
                progress(report.combinations, size)
    report.unreached = tuple(slug(CaseStatus, case) for case in CaseStatus if case not in reached)
    report.laws = tuple(MetamorphicLaw(name, *LAW_TEXTS[name], *totals[name]) for name in LAWS)
    report.table = [rows[key] for key in sorted(rows)]
    report.seconds = perf_counter() - start
    return report


def add(
    block: SpaceBlock,
    report: SpaceReport,
    rows: dict[tuple[Any, ...], dict[str, Any]],
    reached: set[int],
    totals: dict[str, tuple[int, int]],
) -> None:
    """Add what one block gave."""
    report.combinations += int(block.counts.sum())
    report.holes += block.holes
    report.conflicts += block.conflicts
    report.overlaps += block.overlaps
    for name, (checked, broken) in block.broken.items():
        totals[name] = (totals[name][0] + checked, totals[name][1] + broken)
    for declared, case, status in zip(*block.counts.nonzero(), strict=True):
        reached.add(int(case))
        if not block.variant.name and (block.regime == ORDINARY or case in REGIME_CASES):
            key = (block.professional.name, int(declared), int(case), int(status))
            rows[key] = decision_row(block, *key[1:], before=rows.get(key))


def decision_row(
    block: SpaceBlock, declared: int, case: int, status: int, before: dict[str, Any] | None
) -> dict[str, Any]:
    """A line of the decision table; the first era in which it occurs, an example, the combinations of the last era."""
    from parcours.law.loader import load

    name = slug(CaseStatus, case)
    return {
        "professional": block.professional.name,
        "medecin_traitant": bool(declared),
        "case": name,
        "status": Status(status).name,
        "pathway": slug(Pathway, block.variant.law.position[status]),
        "majoration": bool(block.variant.law.majoree[status]),
        "first_day": before["first_day"] if before else iso(block.variant.first_day),
        "combinations": int(block.counts[declared, case, status]),
        "articles": " ".join(load().cases["case_status"][name]["references"]),
        "example": before["example"] if before else example(block, int(block.examples[declared, case, status])),
    }


def example(block: SpaceBlock, place: int) -> str:
    """The facts of one combination, those at their ordinary value left out."""
    facts: list[str] = []
    for axis in reversed(AXES):
        values = block.grid.values[axis]
        place, index = divmod(place, len(values))
        text = axis_text(axis, values[index])
        if text:
            facts.append(text)
    ame, scheme, status = block.regime
    facts += [f"status={Status(status).name}"] * bool(status) + [f"scheme={slug(Scheme, scheme)}"] * bool(scheme)
    return " ".join(reversed(facts + ["ame"] * ame))


ENUMS = {"role": Role, "referral": Referral, "purpose": Purpose, "special_setting": SpecialSetting, "ips": Ips}


def axis_text(axis: str, value: Any) -> str:
    """One fact of an example as people write it; empty at its ordinary value."""
    if axis == "age":
        return f"age={value}"
    if axis == "installation":
        facts = zip(INSTALLATION, value, strict=True)
        return " ".join(f"{name}={iso(one)}" if one > 1 else name for name, one in facts if one)
    if axis == "teleconsultation":
        return " ".join(
            [f"act={TELECONSULTATION}"] * bool(value[0]) + ["medecin_traitant_indisponible"] * bool(value[1])
        )
    if not value:
        return ""
    if axis == "left":
        return f"medecin_traitant_left_on={iso(value)}"
    return f"{axis}={ENUMS[axis](value).name.lower()}" if axis in ENUMS else axis
