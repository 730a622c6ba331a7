"""What must hold between neighbours of the decision space: the metamorphic laws."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from parcours.engine.proof.space_grid import AXES, Grid
from parcours.law.codes import (
    Ips,
    Role,
)


@dataclass(frozen=True)
class MetamorphicLaw:
    """A change of facts that can never cost more."""

    name: str
    fr: str
    en: str
    checked: int
    broken: int


def moved(majorated: Any, axis: str) -> tuple[int, int]:
    """(comparisons, broken): majorated at another value of an axis, though not at its first one, the ordinary value."""
    import numpy as np

    along = majorated.swapaxes(0, AXES.index(axis))
    broken = along[1:] & ~along[:1]
    return broken.size, int(np.count_nonzero(broken))


def never(majorated: Any, grid: Grid, **where: Any) -> tuple[int, int]:
    """(combinations, broken): majorated where it never may be."""
    import numpy as np

    index: list[Any] = [slice(None)] * len(AXES)
    for axis, value in where.items():
        index[AXES.index(axis)] = grid.values[axis].index(value)
    found = majorated[tuple(index)]
    return found.size, int(np.count_nonzero(found))


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
