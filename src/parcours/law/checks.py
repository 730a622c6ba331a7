"""What must hold across the files of the law: ids resolve, slugs exist, alternatives belong to a reading."""

from collections.abc import Mapping
from typing import Any

from parcours.law import problems
from parcours.law.book import LawBook
from parcours.law.codes import Profile, Purpose, Status
from parcours.law.data import Series
from parcours.law.days import LawDataError


def check(book: LawBook) -> None:
    """What holds across files: ids resolve, slugs exist, alternatives belong to a reading."""
    for parameter_ in book.parameters.values():
        check_ids(parameter_.file, parameter_.id, parameter_.references, book.references, "reference")
        for series in (parameter_.default, *parameter_.alternatives.values()):
            check_sources(parameter_.file, parameter_.id, series, book)
        for name, option in parameter_.alternatives:
            if name not in book.readings or option not in book.readings[name].options:
                raise LawDataError(parameter_.file, parameter_.id, problems.no_reading.format(name=name, option=option))
    for key, entry in book.consultations.items():
        if key.upper() not in Profile.__members__:
            raise LawDataError(entry.file, key, problems.no_profile)
        check_ids(entry.file, key, entry.references, book.references, "reference")
        for series in (entry.coordonne, entry.sans_coordination, entry.secteur_2, entry.teleconsultation):
            check_sources(entry.file, key, series, book)
    for key, act in book.acts.items():
        check_ids(act.file, key, act.references, book.references, "reference")
        for series in (act.values, act.secteur_2, act.sage_femme):
            check_sources(act.file, key, series, book)
    check_tables(book)
    check_articles(book)


def check_tables(book: LawBook) -> None:
    """Specialties, direct access, readings and statuses use known slugs."""
    for code, specialty in book.specialties.items():
        if specialty.profile.upper() not in Profile.__members__:
            raise LawDataError(
                "specialties.yaml", str(code), problems.not_a_profile.format(given=repr(specialty.profile))
            )
    for key, family in book.acces_direct.items():
        check_ids("acces_direct.yaml", key, family.specialties, book.specialties, "specialty")
        check_ids("acces_direct.yaml", key, tuple(p.upper() for p in family.purposes), Purpose.__members__, "purpose")
    for key, reading in book.readings.items():
        check_ids("readings.yaml", key, (reading.default,), reading.options, "option")
    for ground, entry in book.codes.get("exemption", {}).items():
        check_ids("codes.yaml", ground, tuple(entry.get("references", ())), book.references, "reference")
    letters = {member.name for member in Status if member is not Status.NOT_GIVEN}
    if set(book.codes.get("status", {})) != letters:
        raise LawDataError("codes.yaml", "status", problems.other_letters.format(letters=sorted(letters)))


def check_articles(book: LawBook) -> None:
    """Every case and every parameter that a paragraph names exists."""
    for key, article in book.articles.items():
        for paragraph in article.decides:
            check_ids(article.file, key, paragraph.parameters, book.parameters, "parameter")
            for stage, case in paragraph.cases:
                check_ids(article.file, key, (case,), book.cases.get(stage, {}), f"case of {stage}")


def check_sources(file: str, key: str, series: Series, book: LawBook) -> None:
    """Every source of a series is in `sources.yaml`."""
    for value in series.values:
        check_ids(file, f"{key}: {value.first_day}", value.sources, book.sources, "source")


def check_ids(file: str, key: str, ids: tuple[Any, ...], known: Mapping[Any, Any], what: str) -> None:
    """Every id is known."""
    for id_ in ids:
        if id_ not in known:
            meant = problems.meant.format(id=f"CSS-{id_}") if f"CSS-{id_}" in known else ""
            said = problems.KINDS.get(what, what)
            raise LawDataError(file, key, problems.unknown_id.format(what=said, id=repr(id_), meant=meant))
