"""To whom an answer about cover is offered: a retired person is not asked about a child's examination.

An age that is not of the law is far from any that people have there; whatever an address says is settled all the same.
"""

from datetime import date

from parcours.law.thresholds import majority, whole

PREGNANCY = range(10, 61)
FIRST_JOB = 13
"""Pupils on a placement are covered against accidents at work."""


def pregnancy(age: int, day: date, profession: str) -> bool:
    """An age at which somebody may be pregnant."""
    del day, profession
    return age in PREGNANCY


def prenatal(age: int, day: date, profession: str) -> bool:
    """The same, seen by who may give a compulsory examination or its tests, or somebody not said."""
    return profession in ("medecin", "sage_femme", "laboratoire", "") and pregnancy(age, day, profession)


def work(age: int, day: date, profession: str) -> bool:
    """An age at which somebody may have worked."""
    del day, profession
    return age >= FIRST_JOB


def contraception(age: int, day: date, profession: str) -> bool:
    """Young people, to the age of the law (L160-14, 21)."""
    del profession
    return PREGNANCY.start <= age < whole("exoneration.contraception_age", day)


def examination(age: int, day: date, profession: str) -> bool:
    """A minor who sees a doctor, or somebody not said."""
    return profession in ("medecin", "") and age < majority(day)


def prevention(age: int, day: date, profession: str) -> bool:
    """Seen by somebody: a pharmacy is not visited for it."""
    del age, day
    return profession != "pharmacie"
