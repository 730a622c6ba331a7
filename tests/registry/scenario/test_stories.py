"""Every story of the product holds on both databases."""

import pytest

from parcours.errors import ParcoursError
from parcours.registry.contexts import verify
from parcours.registry.scenario.run import play
from tests.registry.scenario.files import CARE, OWN_CARE, OWN_RECORD, OWN_STRICT, loaded

STORIES = {**loaded(), **loaded(CARE), **loaded(OWN_CARE), **loaded(OWN_RECORD), **loaded(OWN_STRICT)}


def holds(database, story):
    """Does a story hold? What does not."""
    try:
        return [str(one) for one in play(database, story).failures]
    except ParcoursError as error:
        return [str(error)]


@pytest.mark.parametrize("name", list(STORIES))
def test_a_story_holds(stage_database, name):
    assert not holds(stage_database, STORIES[name])


def test_the_books_are_true_after_all_the_stories(stage_database):
    with stage_database.reading() as session:
        assert [(one.invariant.name, one.examples) for one in verify(session) if one.count] == []
