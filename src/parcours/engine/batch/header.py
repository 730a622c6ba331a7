"""The names of the columns: other names mapped to facts, nothing misspelt passed over, nothing needed missing."""

import re
import shlex
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

from parcours.engine.batch.errors import WrongColumns
from parcours.engine.batch.results import RESULT_NAMES
from parcours.engine.batch.units import of_bills
from parcours.engine.bill.vocabulary import LINE_KEYS
from parcours.engine.facts.vocabulary import BY_NAME, IDS, RENAMED, SOURCE_ROW
from parcours.text import Text

NEEDED: tuple[tuple[str, ...], ...] = (("care_date",), ("fee",), ("profession", "specialty"), ("age", "birth_date"))
"""Facts without which no row can be settled: one of each."""
COLUMNS_OF_BILLS = (*IDS, "territory", *LINE_KEYS)
"""Names that mean something where rows are lines of bills, and are carried through elsewhere."""
USUAL = {
    "patient_id": (
        "adherent",
        "assure",
        "num_assure",
        "beneficiaire",
        "matricule",
        "id_beneficiaire",
        "nir",
        "patient",
    ),
    "professional_id": ("ps", "num_ps", "praticien", "executant", "num_executant", "rpps", "finess", "professionnel"),
    "care_date": ("date_soins", "date_soin", "date_acte", "jour_soins", "datesoins", "date_of_care"),
    "reimbursement_date": ("date_remboursement", "date_paiement", "date_reglement"),
    "birth_date": ("date_naissance", "naissance", "ddn", "date_of_birth"),
    "fee": ("honoraires", "montant", "montant_depense", "depense", "frais_reels", "prix", "amount", "price"),
    "base": ("base_remboursement", "brss", "tarif", "base_ro"),
    "specialty": ("specialite", "spe"),
    "convention": ("secteur", "sector"),
    "act": ("acte", "code_acte", "lettre_cle"),
    "quantity": ("quantite",),
}
"""What files of funds and insurers often call a fact."""
SMALL = frozenset(("d", "de", "des", "du", "l", "la", "le"))
"""Words of a name that mean nothing."""
SHORT = 5
"""Shorter names are never taken for a misspelt one."""
CLOSE = 0.8
"""Similarity from which a name that is no fact is taken for a misspelt one."""


def mapping_of(options: Iterable[str]) -> dict[str, str]:
    """`COLUMN=NAME` texts as a mapping; `COLUMN=` carries a column through as it is. Raises `WrongColumns`."""
    mapping = {}
    for text in options:
        column, separator, name = text.partition("=")
        if not separator or not column or (name and name not in (*BY_NAME, *COLUMNS_OF_BILLS)):
            near = ", ".join(get_close_matches(name, BY_NAME, n=3) or BY_NAME)
            raise WrongColumns(
                Text(
                    f"--map : « {text} » n'est pas accepté ; attendu : COLONNE=NOM, NOM parmi : {near}",
                    f"--map: {text!r} is not accepted; expected: COLUMN=NAME, NAME one of: {near}",
                )
            )
        mapping[column] = name
    return mapping


def names_of(columns: Sequence[str], mapping: Mapping[str, str], *, error_column: bool = False) -> list[str]:
    """The name of each column in the run; with `error_column` a result is called `error` too. Raises `WrongColumns`."""
    for column in mapping:
        if column not in columns:
            near = _near(column, columns)
            raise _wrong(
                f"--map : il n'y a pas de colonne « {column} » ; colonnes : {near}",
                f"--map: there is no column {column!r}; columns: {near}",
            )
    names = [mapping.get(column) or column for column in columns]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise _wrong(f"la colonne « {twice} » est donnée deux fois", f"column {twice!r} is given twice")
    for column, name in zip(columns, names, strict=True):
        if name not in BY_NAME and column not in mapping:
            _check_usual(name, names)
    _check_needed(names)
    ours = {*BY_NAME, *(COLUMNS_OF_BILLS if of_bills(names) else ())}
    for column, name in zip(columns, names, strict=True):
        if name not in ours:
            _check_extra(name, names, kept=column in mapping, reserved=("error",) if error_column else (SOURCE_ROW,))
    return names


def _check_needed(names: Sequence[str]) -> None:
    for group in NEEDED:
        if not any(name in names for name in group):
            others = [name for name in names if name not in BY_NAME]
            close = [near for name in group for near in get_close_matches(name, others, n=1, cutoff=0.5)]
            hint = Text(
                f" ; le nom le plus proche est « {close[0]} » : --map {close[0]}={group[0]}" if close else "",
                f"; the nearest name is {close[0]!r}: --map {close[0]}={group[0]}" if close else "",
            )
            raise _wrong(
                f"il manque la colonne {' ou '.join(group)}{hint['fr']}",
                f"column {' or '.join(group)} is missing{hint['en']}",
            )


def _check_extra(name: str, names: Sequence[str], *, kept: bool, reserved: tuple[str, ...]) -> None:
    """A column that is no fact is carried through, unless it looks like a misspelt fact or hides a result."""
    if name in (*reserved, *RENAMED.values()) or (name in RESULT_NAMES and name not in BY_NAME):
        raise _wrong(
            f"la colonne « {name} » porte le nom d'un résultat ; renommez-la",
            f"column {name!r} bears the name of a result; rename it",
        )
    if kept or len(name) < SHORT:
        return
    near = get_close_matches(plain_name(name), [fact for fact in BY_NAME if fact not in names], n=1, cutoff=CLOSE)
    if near:
        raise _meant(name, near[0])


def _check_usual(name: str, names: Sequence[str]) -> None:
    """A column that files often call so is asked about: a fact that is passed over changes every amount."""
    usual = usual_fact(name, names)
    if usual:
        raise _meant(name, usual)


def _meant(name: str, fact: str) -> WrongColumns:
    """What a column may have meant; a name that a shell would cut is written between quotes."""
    quoted = (lambda text: text) if re.fullmatch(r"[\w.-]+", name) else shlex.quote
    taken, kept = (quoted(f"{name}={given}") for given in (fact, ""))
    return _wrong(
        f"la colonne « {name} » n'est pas un fait ; est-ce {fact} ? --map {taken}, ou --map {kept} pour la garder",
        f"column {name!r} is not a fact; did you mean {fact}? --map {taken}, or --map {kept} to carry it through",
    )


def usual_fact(name: str, names: Sequence[str]) -> str:
    """The fact that files often call so, where no column is that fact yet; empty where there is none."""
    plain = plain_name(name)
    for fact, others in USUAL.items():
        if fact not in names and plain in (fact, *others):
            return fact
    return plain if plain in BY_NAME and plain not in names else ""


def plain_name(name: str) -> str:
    """A name as facts are written: "Date de soins", "DateSoins" and "DATE-SOINS" are `date_soins`."""
    plain = unicodedata.normalize("NFD", name).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", plain).lower())
    return "_".join(word for word in words if word not in SMALL)


def same_columns(columns: Sequence[str], first: Sequence[str], path: str) -> None:
    """Every file of a run has the columns of the first. Raises `WrongColumns`."""
    if list(columns) != list(first):
        missing = ", ".join(name for name in first if name not in columns) or "—"
        more = ", ".join(name for name in columns if name not in first) or "—"
        raise _wrong(
            f"{path} : n'a pas les colonnes du premier fichier, dans le même ordre "
            f"(manquent : {missing} ; en trop : {more})",
            f"{path}: does not have the columns of the first file, in the same order "
            f"(missing: {missing}; more: {more})",
        )


def _near(name: str, columns: Sequence[str]) -> str:
    return ", ".join(get_close_matches(name, columns, n=3) or columns)


def _wrong(french: str, english: str) -> WrongColumns:
    return WrongColumns(Text(french, english))
