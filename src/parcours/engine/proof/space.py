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

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import product
from math import prod
from time import perf_counter
from typing import Any

from parcours.engine.facts.vocabulary import slug
from parcours.law.cache import flat_law
from parcours.law.codes import (
    CaseStatus,
    Ips,
    Pathway,
    Profession,
    Purpose,
    Referral,
    Role,
    Scheme,
    SpecialSetting,
    Status,
)
from parcours.law.days import iso
from parcours.law.flat import FlatLaw
from parcours.law.record import LawRecord
from parcours.rules import pathway
from parcours.rules.types import Act, Readings

TELECONSULTATION = "TCG"
LONG_AGO = 20 * pathway.YEAR
PATHWAY_FIELDS = (
    "age_exclusion",
    "grace_depart_annees",
    "installation_annees",
    "exception_installation",
    "exception_genetique",
    "exception_etudiants",
    "exception_examen_enfant",
    "exception_ipa",
    "exception_sage_femme",
    "psychiatrie_age_min",
    "psychiatrie_age_max",
)
"""The fields of the law that the pathway reads and that change with time."""
PEOPLE = ("age", "medecin_traitant", "role", "referral", "urgent", "away")
CIRCUMSTANCES = ("purpose", "teleconsultation", "special_setting", "left", "installation", "ips")
AXES = (*PEOPLE, *CIRCUMSTANCES)
CASES = max(CaseStatus) + 1
STATUS_CODES = max(Status) + 1
RELEVANT_IPS = (Ips.NOT_GIVEN, Ips.BLANK, Ips.D)
"""A blank indicator and a direct access change a letter; no rule tells the others from none at all."""


@dataclass(frozen=True)
class Variant:
    """One state of the law: an era in which the pathway does not change, under one reading."""

    name: str
    """Empty under the default readings, else the reading that differs."""
    first_day: int
    law: LawRecord
    readings: Readings


@dataclass(frozen=True)
class Professional:
    """Professionals that no rule tells apart."""

    name: str
    """Slug of the specialty that stands for them, or of the profession."""
    profession: int
    specialty: int
    alike: tuple[str, ...]
    """Slugs of all of them."""
    concerned: bool
    """False where the first rule answers before anything else is read."""


@dataclass(frozen=True)
class Grid:
    """Values of each axis, in the order of `AXES`; an axis of pairs holds two facts that go together."""

    values: Mapping[str, tuple[Any, ...]]

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of values on each axis."""
        return tuple(len(self.values[name]) for name in AXES)

    @property
    def size(self) -> int:
        """Number of combinations."""
        return prod(self.shape)

    @cached_property
    def people(self) -> Any:
        """A matrix: one row for each combination of the facts of the person."""
        return self.rows(PEOPLE)

    @cached_property
    def circumstances(self) -> Any:
        """A matrix: one row for each combination of the other facts, pairs spread over two columns."""
        return self.rows(CIRCUMSTANCES)

    def rows(self, names: tuple[str, ...]) -> Any:
        """The combinations of some axes."""
        import numpy as np

        return np.array([flattened(values) for values in product(*(self.values[name] for name in names))], np.int64)


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


@dataclass(frozen=True)
class MetamorphicLaw:
    """A change of facts that can never cost more."""

    name: str
    fr: str
    en: str
    checked: int
    broken: int


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


OTHER_READINGS = {
    "medecin_traitant_acces_direct=non_requis": Readings(medecin_traitant_acces_direct=1),
    "acces_direct_perimetre=texte": Readings(acces_direct_perimetre=1),
    "medecin_traitant_exceptions=texte": Readings(medecin_traitant_exceptions=1),
    "centre_zone_deficitaire=texte": Readings(centre_zone_deficitaire=1),
}
"""The readings that the pathway takes."""


def variants() -> list[Variant]:
    """The eras between two changes of the pathway under the default readings, then the last era of each other
    reading.
    """
    flat = flat_law()
    found = [Variant("", day, law, Readings()) for day, law in distinct(flat.default.rows)]
    last = found[-1]
    found += [Variant(name, last.first_day, last.law, readings) for name, readings in OTHER_READINGS.items()]
    known = {key_of(variant.law) for variant in found}
    for (name, option), records in flat.alternatives.items():
        new = [(day, law) for day, law in distinct(records.rows) if key_of(law) not in known]
        found += [Variant(f"{name}={option}", day, law, Readings()) for day, law in new[-1:]]
    return found


def key_of(law: LawRecord) -> tuple[int, ...]:
    """What the pathway reads of the law."""
    return tuple(getattr(law, name) for name in PATHWAY_FIELDS)


def distinct(rows: list[LawRecord]) -> Iterator[tuple[int, LawRecord]]:
    """First day and record of each period in which the pathway does not change."""
    before: tuple[int, ...] = ()
    for law in rows:
        if key_of(law) != before:
            before = key_of(law)
            yield law.first_day, law


def professionals(flat: FlatLaw) -> list[Professional]:
    """Specialties by what the pathway says of them, and one professional who is not a doctor."""
    law = flat.default.rows[-1]
    classes: dict[tuple[int, ...], list[str]] = {}
    for name, code in flat.specialties.items():
        key = (
            law.generaliste[code],
            law.laboratoire[code],
            law.acces_direct[code],
            law.acces_direct_age[code],
            law.acces_direct_decret[code],
        )
        classes.setdefault(key, []).append(name)
    doctors = [
        Professional(names[0], int(Profession.MEDECIN), flat.specialties[names[0]], tuple(names), not key[1])
        for key, names in classes.items()
    ]
    others = tuple(slug(Profession, item) for item in Profession if item != Profession.MEDECIN)
    return [
        *doctors,
        Professional("chirurgien_dentiste", int(Profession.CHIRURGIEN_DENTISTE), 0, others, concerned=False),
    ]


def grid_of(variant: Variant, flat: FlatLaw) -> Grid:
    """One value on each side of every threshold, one for each class of values that a rule tells apart."""
    law, day = variant.law, variant.first_day
    ages = {
        law.age_exclusion - 1,
        law.age_exclusion,
        law.psychiatrie_age_min,
        law.psychiatrie_age_max,
        law.psychiatrie_age_max + 1,
    }
    tele = flat.acts[TELECONSULTATION]
    return Grid(
        {
            "age": tuple(sorted(ages)),
            "medecin_traitant": (0, 1),
            "role": tuple(Role),
            "referral": tuple(Referral),
            "urgent": (0, 1),
            "away": (0, 1),
            "purpose": purposes(law),
            "teleconsultation": ((0, 0), (tele, 0), (tele, 1)),
            "special_setting": tuple(SpecialSetting),
            "left": (0, day - LONG_AGO, day),
            "installation": SETTLED if not variant.law.exception_installation else settlings(day),
            "ips": RELEVANT_IPS,
        }
    )


INSTALLATION = (
    "installed_on",
    "zone_deficitaire",
    "referrer_installed_on",
    "referrer_zone_deficitaire",
    "centre_agree_on",
)
"""The facts of the axis `installation`, which go together."""
SETTLED = ((0, 0, 0, 0, 0),)


def settlings(day: int) -> tuple[tuple[int, ...], ...]:
    """Nobody settled; all long ago; then today the GP, the GP who sent the patient, in the zone or not, the centre."""
    return (
        *SETTLED,
        (day - LONG_AGO, 1, day - LONG_AGO, 1, day - LONG_AGO),
        (day, 0, 0, 0, 0),
        (day, 1, 0, 0, 0),
        (0, 0, day, 0, 0),
        (0, 0, day, 1, 0),
        (0, 0, 0, 0, day),
    )


def purposes(law: LawRecord) -> tuple[int, ...]:
    """One purpose for each set of direct accesses it opens; none and the drug abortion stand for themselves."""
    masks = sorted(set(law.acces_direct) - {0})
    classes: dict[tuple[bool, ...], int] = {}
    for purpose in Purpose:
        alone = purpose in (Purpose.NONE, Purpose.IVG_MEDICAMENTEUSE)
        key = (*(bool(mask >> purpose & 1) for mask in masks), alone, purpose == Purpose.NONE)
        classes.setdefault(key, int(purpose))
    return tuple(classes.values())


def exceptions_that_apply(act: Act, law: LawRecord, readings: Readings) -> tuple[int, int, int]:
    """(exceptions of the second rank that apply, those that bear the majoration, distinct letters beyond the first)."""
    apply, majorated, others, first = 0, 0, 0, 0
    for letter, _ in pathway.exceptions(act, law, readings):
        if letter:
            apply += 1
            majorated += law.majoree[letter]
            if first == 0:
                first = letter
            elif letter != first:
                others += 1
    return apply, majorated, others


def _run(
    people: Any, circumstances: Any, fixed: Any, law: Any, readings: Any, statuses: Any, counts: Any, examples: Any
) -> Any:
    """Every person with every circumstance: statuses, counts, examples; returns holes, conflicts, overlaps."""
    holes, conflicts, overlaps = 0, 0, 0
    width = len(circumstances)
    for p in range(len(people)):
        for c in range(width):
            act = _act(people[p], circumstances[c], fixed)
            status, case = pathway.pathway_status(act, law, readings)
            statuses[p, c] = status
            if status == 0 or case == 0 or law.position[status] == 0:
                holes += 1
            declared = people[p, 1]
            counts[declared, case, status] += 1
            if examples[declared, case, status] < 0:
                examples[declared, case, status] = p * width + c
            if case >= CaseStatus.ADDICTOLOGY:
                apply, majorated, others = exceptions_that_apply(act, law, readings)
                if 0 < majorated < apply or (apply > 0 and law.majoree[status] and majorated == 0):
                    conflicts += 1
                if others:
                    overlaps += 1
    return holes, conflicts, overlaps


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


@cache
def runner() -> Callable[..., tuple[int, int, int]]:
    """The compiled loop: the very rules of `rules/`."""
    from numba.extending import register_jitable

    from parcours.engine.batch.kernel import compiled, register_rules

    register_rules()
    register_jitable(_act)
    register_jitable(exceptions_that_apply)
    loop: Callable[..., tuple[int, int, int]] = compiled(_run, error_model="numpy")
    return loop


def flattened(values: tuple[Any, ...]) -> list[int]:
    """Values with the pairs opened."""
    return [int(number) for value in values for number in (value if isinstance(value, tuple) else (value,))]


def block_of(
    variant: Variant, professional: Professional, grid: Grid, regime: tuple[int, int, int] = (0, 0, 0)
) -> SpaceBlock:
    """Run one professional under one state of the law; `regime` is (AME, scheme, given status)."""
    import numpy as np

    from parcours.engine.batch.law_table import law_table
    from parcours.law.flat import Records

    people, circumstances = grid.people, grid.circumstances
    statuses = np.zeros((len(people), len(circumstances)), np.uint8)
    counts = np.zeros((2, CASES, STATUS_CODES), np.int64)
    examples = np.full((2, CASES, STATUS_CODES), -1, np.int64)
    fixed = np.array([variant.first_day, professional.profession, professional.specialty, *regime], np.int64)
    law = law_table(Records([variant.first_day], [variant.law]))[0][0]
    holes, conflicts, overlaps = runner()(
        people, circumstances, fixed, law, variant.readings, statuses, counts, examples
    )
    majorated = np.array(variant.law.majoree, np.bool_)[statuses].reshape(grid.shape)
    broken = {} if regime[2] else {name: check(majorated, grid) for name, check in LAWS.items()}
    return SpaceBlock(variant, professional, grid, counts, examples, holes, conflicts, overlaps, broken, regime)


def moved(majorated: Any, axis: str) -> tuple[int, int]:
    """(comparisons, broken): majorated at another value of an axis, though not at its first one, the ordinary value."""
    along = majorated.swapaxes(0, AXES.index(axis))
    broken = along[1:] > along[:1]
    return broken.size, int(broken.sum())


def never(majorated: Any, grid: Grid, **where: Any) -> tuple[int, int]:
    """(combinations, broken): majorated where it never may be."""
    index: list[Any] = [slice(None)] * len(AXES)
    for axis, value in where.items():
        index[AXES.index(axis)] = grid.values[axis].index(value)
    found = majorated[tuple(index)]
    return found.size, int(found.sum())


def declaring(majorated: Any, grid: Grid) -> tuple[int, int]:
    """Declaring a médecin traitant, a teleconsultation apart: without one it is left out of the pathway
    (documented).
    """
    return moved(only(majorated, grid, "teleconsultation", (0, 0)), "medecin_traitant")


def purpose_given(majorated: Any, grid: Grid) -> tuple[int, int]:
    """Giving the reason, unless a direct access was transmitted: that one supposes the reason which another one
    refutes.
    """
    return moved(only(majorated, grid, "ips", Ips.NOT_GIVEN), "purpose")


def only(majorated: Any, grid: Grid, axis: str, value: Any) -> Any:
    """The part of the space at one value of an axis."""
    place = AXES.index(axis)
    at = grid.values[axis].index(value)
    return majorated[(*[slice(None)] * place, slice(at, at + 1))]


LAWS: dict[str, Callable[[Any, Grid], tuple[int, int]]] = {
    "declaration": declaring,
    "referral": lambda m, _: moved(m, "referral"),
    "urgency": lambda m, _: moved(m, "urgent"),
    "urgent_never": lambda m, grid: never(m, grid, urgent=1),
    "away": lambda m, _: moved(m, "away"),
    "away_never": lambda m, grid: never(m, grid, away=1),
    "child_never": lambda m, grid: never(m, grid, age=min(grid.values["age"])),
    "own_doctor_never": lambda m, grid: never(m, grid, role=Role.MEDECIN_TRAITANT, medecin_traitant=1),
    "own_doctor": lambda m, _: moved(m, "role"),
    "setting": lambda m, _: moved(m, "special_setting"),
    "purpose": purpose_given,
    "departure": lambda m, _: moved(m, "left"),
    "installation": lambda m, _: moved(m, "installation"),
}
"""The metamorphic laws of the pathway: (comparisons, broken) on one block. The first value of an axis is the
ordinary one."""
LAW_TEXTS = {
    "declaration": (
        "Déclarer un médecin traitant ne nuit jamais (téléconsultation à part)",
        "Declaring a médecin traitant never hurts (teleconsultation apart)",
    ),
    "referral": ("Être adressé ne nuit jamais", "A referral never hurts"),
    "urgency": ("L'urgence ne nuit jamais", "Urgency never hurts"),
    "urgent_never": ("Une urgence n'est jamais majorée", "An emergency is never majorated"),
    "away": ("L'éloignement ne nuit jamais", "Being away never hurts"),
    "away_never": ("Loin de chez soi, jamais de majoration", "Away from home, never a majoration"),
    "child_never": (
        "Avant l'âge du parcours, jamais de majoration",
        "Under the age of the pathway, never a majoration",
    ),
    "own_doctor_never": ("Son médecin traitant n'est jamais majoré", "One's own doctor is never majorated"),
    "own_doctor": ("Nul rôle n'est pire que celui d'un autre médecin", "No role is worse than that of another doctor"),
    "setting": ("Aucun cadre particulier ne nuit", "No special setting hurts"),
    "purpose": (
        "Donner le motif ne nuit jamais (accès direct transmis à part)",
        "Giving the reason never hurts (a transmitted direct access apart)",
    ),
    "departure": ("Le départ du médecin traitant ne nuit jamais", "The departure of the declared doctor never hurts"),
    "installation": (
        "L'installation récente d'un généraliste ne nuit jamais",
        "A GP's recent installation never hurts",
    ),
}


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
    runner()
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
