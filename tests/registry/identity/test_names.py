"""Names as they are searched."""

import pytest

from parcours.registry.identity import names


@pytest.mark.parametrize(("prefix", "after"), [("MOD", "MOE"), ("MOZ", "MP"), ("ZZ", None), ("A", "B")])
def test_next_prefix(prefix, after):
    assert names.next_prefix(prefix) == after
