"""What the receipts of many acts have in common, and its text, written once: the law of a day, the readings in use."""

from collections.abc import Mapping
from functools import cached_property
from hashlib import blake2b
from typing import Any

from parcours.engine.case import Answer
from parcours.engine.facts.jsonio import dumps
from parcours.engine.facts.readings import encode_readings
from parcours.law.book import FIELDS
from parcours.law.days import iso
from parcours.law.in_use import as_data, per_reform
from parcours.law.loader import load
from parcours.rules.tariff import tariff_of_act


class Shared(dict[str, Any]):
    """A part that the receipts of many acts have in common, and its text, which is written once."""

    @cached_property
    def text(self) -> str:
        """The JSON of this part, its keys sorted."""
        return dumps(self, sort_keys=True)


def sorted_text(body: Mapping[str, Any]) -> str:
    """The content of a receipt as `digest` reads it: what is shared is between what comes before it and after it."""
    before = dumps({name: one for name, one in body.items() if name < "law"}, sort_keys=True)
    after = dumps({name: one for name, one in body.items() if name > "readings"}, sort_keys=True)
    return f'{before[:-1]}, "law": {body["law"].text}, "readings": {body["readings"].text}, {after[1:]}'


def hash_of(text: str) -> str:
    """Hash of a text."""
    return blake2b(text.encode(), digest_size=16).hexdigest()


MOST_SHARED = 4096
_LAWS: dict[tuple[Any, ...], Shared] = {}


def law_part(answer: Answer) -> Shared:
    """The law that was read: its day, its hash, and every value a rule could read on that day."""
    flat, day = answer.flat, answer.act.care_date
    tariff = tariff_of_act(answer.act, answer.law, encode_readings(answer.readings))[0]
    key = (flat.digest, day, tariff, *sorted(answer.readings.items()))
    if key not in _LAWS:
        if len(_LAWS) >= MOST_SHARED:
            _LAWS.clear()
        _LAWS[key] = Shared(
            data=flat.digest, day=iso(day), era=iso(answer.law.first_day), tariff=tariff,
            values={FIELDS[name]: getattr(answer.law, name) for name in FIELDS},
            **({"reform": as_data(flat.reform)} if flat.reform else {}),
        )  # fmt: skip
    return _LAWS[key]


def effective_readings(chosen: Mapping[str, str]) -> Shared:
    """Every reading with the option in use."""
    return readings_in_use(tuple(sorted(chosen.items())))


@per_reform
def readings_in_use(chosen: tuple[tuple[str, str], ...]) -> Shared:
    """The same, for readings that were chosen in an order of their own."""
    options = dict(chosen)
    return Shared({name: options.get(name, entry.default) for name, entry in load().readings.items()})
