"""YAML whose decimal numbers stay exact."""

from decimal import Decimal

import yaml


class ExactLoader(yaml.CSafeLoader):
    """The safe loader, a number with a point read as it is written."""


def exact_number(loader: yaml.CSafeLoader, node: yaml.ScalarNode) -> Decimal:
    """A decimal number as it is written."""
    return Decimal(loader.construct_scalar(node))


ExactLoader.add_constructor("tag:yaml.org,2002:float", exact_number)
