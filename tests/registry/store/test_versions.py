"""A row changed by two: the second is told."""

import pytest
from sqlalchemy.orm.exc import StaleDataError

from parcours.registry.people import service as people
from tests.registry.world import World


def test_a_stale_version_is_refused(database):
    with database.writing() as session:
        person = World(session).person()
        assert person.etag == '"1"'
    with database.writing() as session:
        moved = people.move_insured(session, person.id, commune_code="99002", address=None)
        assert moved.version == 2
    with pytest.raises(StaleDataError), database.writing() as session:
        session.merge(person).commune_code = "98001"
