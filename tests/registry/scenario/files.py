"""The stories of the product, read once."""

from pathlib import Path

import yaml

import parcours.registry.scenario
from parcours.law.exact import ExactLoader
from parcours.registry.scenario.language import read

STORIES = Path(parcours.registry.scenario.__file__).with_name("stories.yaml")
CARE = STORIES.with_name("care.yaml")
OWN_CARE = Path(__file__).with_name("own_care.yaml")
OWN_RECORD = Path(__file__).with_name("own_record.yaml")
OWN_STRICT = Path(__file__).with_name("own_strict.yaml")
"""Worked out by hand from the texts."""


def loaded(file=STORIES):
    """Every story, by its id."""
    content = yaml.load(file.read_text("utf-8"), Loader=ExactLoader)
    return {one.id: one for one in read(content)}
