"""What an engine needs to settle a bill: codes, words, dated values, the sentences of the cases.

Read from the YAML of this folder by `reader.py`, and kept in the user's cache folder under the hash of the data and of
the code that shapes it, as the law of one act is: settling a bill never parses YAML.
"""

import marshal
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

from parcours.law.bill import codes as bill_codes
from parcours.law.cache import cache_folder, read_cache, write_cache
from parcours.law.codes import UNKNOWN
from parcours.law.days import FOLDER as LAW
from parcours.law.days import digest_of
from parcours.law.in_use import IN_USE, per_reform, reformed_digest

FOLDER = Path(__file__).parent
BASKETS = ("rac0", "modere", "libre")

STAGES = {
    "case_session": bill_codes.CaseSession,
    "case_costly": bill_codes.CaseCostly,
    "case_surcharge": bill_codes.CaseSurcharge,
    "case_invoice": bill_codes.CaseInvoice,
    "case_charge": bill_codes.CaseCharge,
    "case_cover": bill_codes.CaseCover,
}
"""The levels of a bill, and the cases of each."""

Dated = tuple[tuple[int, ...], tuple[int, ...]]
"""First days (YYYYMMDD) and the value from each on, in the integers that a rule counts."""
NEVER: Dated = ((), ())


@dataclass(frozen=True)
class Code:
    """One code of a bill, as a line may write it."""

    key: str
    label: Mapping[str, str]
    act: str
    """Key in the table of acts of the law of one act; empty when the code is of bills only."""
    profession: int
    """0: anyone, or as the act says."""
    specialty: str
    setting: int
    """`SpecialSetting` of the care, where the code is of one only."""
    nature: int
    combination: int
    with_consultation: int
    with_consultation_from: int
    with_consultation_by: tuple[str, ...]
    """Specialties for which it adds to a visit; empty: any doctor."""
    coefficient: bool
    values: Dated
    rate: Dated
    bears: bool
    """Does it bear a contribution or a deductible, where its profession does?"""
    activity: int
    drug_class: int
    cover: int
    basket: Dated
    """Index in `BASKETS`."""
    back: tuple[int, Dated]
    """Place in its quadrant of the first back tooth, and the basket of the prosthesis on these; 0: none of its own."""
    ceiling: Dated
    ceiling_from_base: str
    tooth: bool
    own_price: int
    """1: its price stands above the tariff even under the C2S, a prosthesis, orthodontics (L861-3 3°); 0: it does not;
    -1: the code does not say.
    """
    kilometres: str
    fee_per_box: bool
    parameter: str
    trip: str
    young: tuple[str, Dated, Dated]
    territories: Mapping[str, tuple[Dated, Dated]]
    rate_by_coefficient: Mapping[int, int]
    own_exemption: bool
    """An exemption of the person does not raise its rate unless its own line says so."""
    outside_pathway_rules: bool
    component: bool
    """The ordinary consultation of the table holds this supplement."""
    c2s: Dated
    """Price of a prosthesis for who has the C2S."""
    by_act: bool
    """A package that bears a deductible for each act that it holds (`acts`)."""
    fixed: int
    """Coefficient that the act always has, in hundredths; 0: as the line says."""
    full_with: tuple[str, ...]
    """Codes of its session beside which article 11B does not cut it."""
    half_with: tuple[str, ...]
    """Codes of its session beside which it counts at half."""
    ranked_with: tuple[str, ...]
    """Codes of its session beside which article 11B cuts it, among those of its kind."""
    due_ages: tuple[str, ...]
    """Values between which it is due: below the first age, and from the second; empty: at any age."""
    references: tuple[str, ...]


@dataclass(frozen=True)
class BillLaw:
    """All the law of bills, flat."""

    codes: Mapping[str, Code]
    words: Mapping[str, str]
    """Words that a bill prints -> code; the longest that starts a text wins."""
    letters: Mapping[str, str]
    """Other letters of a code."""
    values: Mapping[str, Dated]
    parameters: Mapping[str, Dated]
    trips: Mapping[str, Any]
    modifiers: Mapping[str, tuple[Dated, Dated]]
    """Modifier of a CCAM act -> (amount, percentage): one of the two."""
    cases: Mapping[str, Mapping[str, tuple[str, str, tuple[str, ...], bool]]]
    """Stage -> case -> (sentence in French, in English, articles, whether there is nothing to tell)."""
    alternatives: Mapping[tuple[str, str], Mapping[str, Code]]
    """(reading, option) -> the codes that it changes."""
    readings: Mapping[str, Mapping[str, tuple[str, str]]]
    """Reading -> option -> (label in French, in English); the default first."""
    notes: Mapping[str, Any]
    acts: Mapping[str, tuple[Mapping[str, str], tuple[str, ...]]]
    """Act of the table of one act -> its name and its articles: bills print these too."""
    sentences: Mapping[str, Mapping[str, str]]
    """What a bill says beside its cases."""
    digest: str
    texts: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)
    """Written codes that were read under this law, kept for the next bill."""
    of_acts: dict[str, Code] = field(default_factory=dict, compare=False, repr=False)
    """Codes that the table of acts alone names, kept too."""

    def value(self, name: str, day: int) -> int:
        """A general value on a day, `UNKNOWN` before it is known."""
        return on(self.values[name], day)


def on(series: Dated, day: int) -> int:
    """The value in force on a day, `UNKNOWN` when none is."""
    index = bisect_right(series[0], day) - 1
    return UNKNOWN if index < 0 else series[1][index]


def first_days(law: BillLaw) -> list[int]:
    """Every day on which something of the law of bills changes, in order, from the beginning."""
    days = {0, *(code.with_consultation_from for code in law.codes.values())}
    codes = [*law.codes.values(), *(code for changed in law.alternatives.values() for code in changed.values())]
    for value in (*(vars(code) for code in codes), law.values, law.parameters, law.trips, law.modifiers):
        days.update(days_in(value))
    return sorted(days)


def days_in(value: Any) -> Iterator[int]:
    """The first days of every dated series in a structure."""
    if isinstance(value, Mapping):
        for item in value.values():
            yield from days_in(item)
    elif isinstance(value, tuple) and len(value) == 2 and all(isinstance(part, tuple) for part in value):
        if all(isinstance(number, int) for part in value for number in part):
            yield from value[0]
        else:
            yield from (day for part in value for day in days_in(part))
    elif isinstance(value, tuple):
        yield from (day for item in value for day in days_in(item))


@per_reform
def bill_law() -> BillLaw:
    """The law of bills, from the cache folder when neither data nor code has changed."""
    changes, digest = IN_USE.get(), digest_of(FOLDER)
    content = made() if changes else kept(digest)
    codes, words, letters, values, parameters, trips, modifiers, cases, alternatives, readings, notes, acts, said = (
        content
    )
    return BillLaw(
        {key: Code(*entry) for key, entry in codes.items()},
        words,
        letters,
        values,
        parameters,
        trips,
        modifiers,
        cases,
        {
            (name, option): {key: Code(*entry) for key, entry in changed.items()}
            for (name, option), changed in alternatives.items()
        },
        readings,
        notes,
        acts,
        said,
        reformed_digest(digest, changes) if changes else digest,
    )


def made() -> tuple[Any, ...]:
    """The content, made from the data."""
    from parcours.law.bill.reader import read_folder

    return read_folder()


def kept(digest: str) -> tuple[Any, ...]:
    """The content, from the cache folder or for it."""
    path = cache_folder() / f"bill-{digest}-{digest_of(LAW)}-{digest_of_code()}.marshal"
    try:
        content: tuple[Any, ...] = marshal.loads(read_cache(path))  # noqa: S302 - our own file, checked
    except (OSError, ValueError, EOFError, TypeError):
        content = made()
        write_cache(path, marshal.dumps(content))
    return content


def digest_of_code() -> str:
    """Hash of the code that shapes the content: a cached one must not outlive it."""
    digest = blake2b(digest_size=8)
    for name in ("book.py", "reader.py", "codes.py"):
        digest.update((FOLDER / name).read_bytes())
    return digest.hexdigest()
