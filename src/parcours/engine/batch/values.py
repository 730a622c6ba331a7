"""Other words for the values of a file (`--values SECTEUR:3=non_conventionne`), and a fact said by several columns
together (`--map SECTEUR+OPTAM=convention --values SECTEUR+OPTAM:2+oui=secteur_2_optam`).
"""

from collections.abc import Iterable, Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from parcours.engine.batch.errors import WrongColumns
from parcours.engine.batch.header import PLUS
from parcours.engine.batch.reading import whole
from parcours.engine.errors import FactError
from parcours.engine.facts.encoding import read
from parcours.engine.facts.vocabulary import BY_NAME
from parcours.law.cache import flat_law
from parcours.text import Text

Values = Mapping[str, Mapping[str, str]]
"""Of each column, what a word of the file stands for."""
FORM = Text(
    "--values : « {text} » n'est pas accepté ; attendu : COLONNE:DONNÉE=NÔTRE",
    "--values: '{text}' is not accepted; expected: COLUMN:GIVEN=OURS",
)
NO_COLUMN = Text(
    "--values : la colonne « {column} » n'est pas un fait ; donnez-lui d'abord le sien (--map {column}=FAIT). "
    "Faits du fichier : {facts}",
    "--values: column '{column}' is not a fact; give it its own first (--map {column}=FACT). "
    "Facts of the file: {facts}",
)
NOT_OURS = Text("--values : {column} → {message}", "--values: {column} → {message}")


def values_of(options: Iterable[str]) -> dict[str, dict[str, str]]:
    """`COLUMN:GIVEN=OURS` texts as a mapping; nothing after the sign stands for a value that is not given. Raises
    `WrongColumns`.
    """
    found: dict[str, dict[str, str]] = {}
    for text in options:
        column, colon, rest = text.partition(":")
        given, sign, ours = rest.rpartition("=")
        if not (colon and sign and column and given):
            raise WrongColumns(FORM.format(text=text))
        found.setdefault(column, {})[plain(given)] = ours.strip()
    return found


def plain(word: str) -> str:
    """A word as it is looked up: "OUI" and " oui" are one."""
    return word.strip().casefold()


def of_facts(values: Values, columns: Sequence[str], names: Sequence[str]) -> Values:
    """The same by the facts that the columns give, each value read once. Raises `WrongColumns`."""
    facts = {**dict(zip(columns, names, strict=True)), **{name: name for name in names}}
    found = {}
    for column, words in values.items():
        name = facts.get(column, "")
        if name not in BY_NAME:
            known = [one for one in names if one in BY_NAME]
            raise WrongColumns(NO_COLUMN.format(column=column, facts=known))
        for ours in filter(None, words.values()):
            try:
                read(BY_NAME[name], ours, flat_law())
            except FactError as error:
                raise WrongColumns(NOT_OURS.format(column=column, message=error.message)) from None
        found[name] = words
    return found


def joined(columns: Sequence[str], mapping: Iterable[str]) -> list[str]:
    """The columns of a mapping that are made of several of the file's."""
    return [name for name in mapping if name not in columns and all(part in columns for part in name.split(PLUS))]


def with_joined(table: pa.Table, names: Iterable[str]) -> pa.Table:
    """A block with the columns that are made of several of its own, the text of each between pluses."""
    for name in names:
        parts = [pc.fill_null(texts(table[part]), "") for part in name.split(PLUS)]
        table = table.append_column(name, pc.binary_join_element_wise(*parts, PLUS))
    return table


def translated(table: pa.Table, values: Values) -> pa.Table:
    """A block whose words are ours."""
    for name, words in values.items():
        encoded = texts(table[name]).dictionary_encode()
        ours = [words.get(plain(word), word) for word in encoded.dictionary.to_pylist()]
        column = pa.DictionaryArray.from_arrays(encoded.indices, pa.array([word or None for word in ours], pa.string()))
        table = table.set_column(table.column_names.index(name), name, column.cast(pa.string()))
    return table


def texts(column: pa.ChunkedArray) -> pa.Array:
    """A column as text."""
    array = whole(column)
    return pc.cast(array.dictionary_decode() if pa.types.is_dictionary(array.type) else array, pa.string())
