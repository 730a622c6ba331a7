"""Seed data for the demonstration: a fictitious country of a few hundred people and doctors, with a story a flow.

Everything is invented and says so: communes and départements that do not exist, names that are words for "example",
numbers of the national fictitious ranges.  The same seed gives the same people.  `STORIES` lists what to look at;
`find_story` gives the ids in a seeded database.
"""

from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.registry.demo import problems
from parcours.registry.demo.country import Country
from parcours.registry.demo.fictitious import fictitious_nir, fictitious_rpps
from parcours.registry.demo.stories import STORIES, WRITERS, Story
from parcours.registry.directory.service import get_professional
from parcours.registry.identity.service import find_insured_id
from parcours.registry.people.models import Insured

SEED = 20260615


def seed(session: Session, *, population: int = 300, rng_seed: int = SEED) -> list[Story]:
    """Fill an empty registry; a registry that already holds the demonstration is left as it is.

    `population`: how many people besides those of the stories.
    Raises `Conflict`: the registry holds other people.
    """
    if find_insured_id(session, fictitious_nir(0)) is not None:
        return list(STORIES)
    if session.scalar(select(Insured.id).limit(1)) is not None:
        raise problems.registry_not_empty()
    country = Country(session, Random(rng_seed))  # noqa: S311 - invented people need no cryptography
    country.build()
    for write in WRITERS:
        write(country)
    country.populate(population)
    return list(STORIES)


def find_story(session: Session, key: str) -> tuple[Story, str, str]:
    """A story with the public ids of its patient and professional."""
    story = next((one for one in STORIES if one.key == key), None)
    patient = find_insured_id(session, fictitious_nir(story.patient)) if story else None
    if story is None or patient is None:
        raise problems.unknown_story(key, choices=[one.key for one in STORIES])
    return story, patient, get_professional(session, fictitious_rpps(story.professional)).id
