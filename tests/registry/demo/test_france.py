"""The directory of the demonstration: real communes, invented people, once."""

from datetime import date

from sqlalchemy import func, select

from parcours.registry.demo.france import FIRST, fill_directory
from parcours.registry.directory.ask import answer, read
from parcours.registry.directory.models import Commune, Offer, Professional

TODAY = date(2026, 11, 26)


def test_a_demonstration_has_the_communes_of_france_and_invented_people_in_them(country, database) -> None:
    with database.reading() as session:
        before = session.scalar(select(func.count()).select_from(Offer).where(Offer.ends_on.is_(None)))
    assert fill_directory(database, TODAY, seed=7, lines=400)
    assert not fill_directory(database, TODAY, seed=7, lines=400), "once"
    with database.reading() as session:
        standing = session.scalar(select(func.count()).select_from(Offer).where(Offer.ends_on.is_(None)))
        assert standing > before + 300, "the people of the stories stay beside those of the files"
        assert session.scalar(select(func.count()).select_from(Commune)) > 34_000
        asked = read(session, {"place": "Nantes", "specialty": "generaliste", "radius": "200"})
        found = answer(session, asked).items
        assert found
        assert {one.accepts for one in found} <= {"yes", "unknown"}
        said = session.scalars(select(Offer.accepts_adults).where(Offer.trade == 1, Offer.digest.is_not(None)))
        assert set(said) == {True, False, None}
        numbers = session.scalars(
            select(Professional.rpps).where(Professional.id.in_([one.professional_id for one in found]))
        )
        assert all(number.startswith("99") and int(number[2:10]) >= FIRST for number in numbers)
