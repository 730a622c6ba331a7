"""YAML whose decimal numbers stay exact."""

from datetime import date
from decimal import Decimal

import yaml


class ExactLoader(yaml.CSafeLoader):
    """The safe loader, a number with a point read as it is written."""


def exact_number(loader: yaml.CSafeLoader, node: yaml.ScalarNode) -> Decimal:
    """A decimal number as it is written."""
    return Decimal(loader.construct_scalar(node))


def day_or_text(loader: yaml.CSafeLoader, node: yaml.ScalarNode) -> date | str:
    """A day; of one that does not exist, its text, which whoever reads the field refuses by its name."""
    try:
        day: date = loader.construct_yaml_timestamp(node)
    except ValueError:
        return str(loader.construct_scalar(node))
    return day


ExactLoader.add_constructor("tag:yaml.org,2002:float", exact_number)
ExactLoader.add_constructor("tag:yaml.org,2002:timestamp", day_or_text)
