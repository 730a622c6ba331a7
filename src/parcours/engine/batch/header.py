"""The names of the columns: other names mapped to facts, nothing misspelt passed over, nothing needed missing."""

import re
import shlex
import unicodedata
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from parcours.engine.batch.errors import WrongColumns
from parcours.engine.batch.results import RESULT_NAMES
from parcours.engine.batch.units import of_bills
from parcours.engine.bill.vocabulary import LINE_KEYS
from parcours.engine.facts.encoding import needed
from parcours.engine.facts.vocabulary import BY_NAME, IDS, RENAMED, SOURCE_ROW
from parcours.law.codes import Profession
from parcours.text import Text, same

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
    "care_date": (
        "date_soins",
        "date_soin",
        "date_acte",
        "jour_soins",
        "datesoins",
        "date_of_care",
        "date",
        "jour",
        "day",
    ),
    "reimbursement_date": ("date_remboursement", "date_paiement", "date_reglement"),
    "birth_date": ("date_naissance", "naissance", "ddn", "date_of_birth"),
    "fee": ("honoraires", "montant", "montant_depense", "depense", "frais_reels", "prix", "amount", "price"),
    "base": ("base_remboursement", "brss", "tarif", "base_ro"),
    "specialty": ("specialite", "spe"),
    "convention": ("secteur", "sect", "sector", "secteur_conventionnel", "conv"),
    "medecin_traitant": ("mt", "medecin_traitant_declare", "mt_declare"),
    "role": ("role_medecin", "role_ps"),
    "referral": ("orientation", "adressage", "adresse_par"),
    "act": ("acte", "code_acte", "lettre_cle"),
    "quantity": ("quantite",),
}
"""What files of funds and insurers often call a fact."""
BESIDE = {"convention": ("optam", "dptam", "optam_co")}
"""Columns that say a part of a fact: a sector without its OPTAM makes each doctor of sector 2 one without."""
PLUS = "+"
"""Between the columns that say a fact together."""
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
    """The name of each column in the run; with `error_column` a result is called `error` too.

    Raises `WrongColumns` for everything that is wrong with them at once.
    """
    for column in mapping:
        if column not in columns:
            near = _near(column, columns)
            raise _wrong(
                f"--map : il n'y a pas de colonne « {column} » ; colonnes : {near}",
                f"--map: there is no column {column!r}; columns: {near}",
            )
    names = [mapping.get(column) or in_small_letters(column, columns) for column in columns]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise _wrong(f"la colonne « {twice} » est donnée deux fois", f"column {twice!r} is given twice")
    reserved = ("error",) if error_column else (SOURCE_ROW,)
    wrong = Wrong()
    unmapped = [name for column, name in zip(columns, names, strict=True) if column not in mapping]
    if not error_column:
        wrong.parted(unmapped, mapping)
    wrong.usual(unmapped, names)
    wrong.missing(names)
    wrong.others(names, {name for column, name in zip(columns, names, strict=True) if column in mapping}, reserved)
    if wrong.told:
        wrong.later(may_be_needed([*names, *wrong.meant.values(), *wrong.unnamed], {}))
        parts = {part for column in mapping for part in column.split(PLUS)}
        wrong.carried([name for name in unmapped if name not in parts], of_bills(names))
        raise WrongColumns(wrong.message)
    return names


def may_be_needed(columns: Sequence[str], mapping: Mapping[str, str]) -> list[str]:
    """The facts that no column is and that rows of doctors need where they change the answer: told before the first
    row, since such a row is refused.
    """
    names = facts_named(columns, mapping)
    if of_bills([*names]) or not names & {"profession", "specialty"}:
        return []
    facts = needed(frozenset(names), Profession.MEDECIN)
    asked = {name for group in NEEDED for name in group}
    return [name for name in facts if name not in {*names, *asked, "age_1er_janvier"}]


def without_contract(columns: Sequence[str], mapping: Mapping[str, str]) -> bool:
    """Does no column say the complementary insurance?"""
    return "contract" not in facts_named(columns, mapping)


def facts_named(columns: Sequence[str], mapping: Mapping[str, str]) -> set[str]:
    """The names of the columns, as facts where they are some."""
    return {*mapping.values(), *(in_small_letters(column, columns) for column in columns if column not in mapping)}


def in_small_letters(column: str, columns: Sequence[str]) -> str:
    """The fact that a column names but for its capitals, where no other column is that fact; else its own name."""
    plain = column.lower()
    return plain if plain in BY_NAME and plain not in columns else column


@dataclass
class Wrong:
    """What is wrong with the columns of a file, told all at once: one run says everything that is to be written."""

    told: list[Text] = field(default_factory=list)
    meant: dict[str, str] = field(default_factory=dict)
    """The fact that each column may be."""
    unnamed: list[str] = field(default_factory=list)
    """Needed facts of which no column is near: who writes the command says which one it is."""

    @property
    def message(self) -> Text:
        """Each problem on its line, then what to write for all of them."""
        maps = [*map(same, map(map_of, self.meant.items())), *(A_COLUMN.format(fact=fact) for fact in self.unnamed)]
        joined = Text(" ".join(one.fr for one in maps), " ".join(one.en for one in maps))
        several = [ALL.format(maps=joined)] * (len(self.meant) > 0 and len(maps) > 1)
        lines = [*self.told, *several]
        return Text("\n".join(one.fr for one in lines), "\n".join(one.en for one in lines))

    @property
    def asked(self) -> set[str]:
        """The columns that are asked about, each part of those that are said together."""
        return {part for name in self.meant for part in (name, *name.split(PLUS))}

    def parted(self, columns: Sequence[str], mapping: Mapping[str, str]) -> None:
        """A column that says a part of a fact which another is taken for alone: the two are one fact."""
        for fact, others in BESIDE.items():
            rest = next((name for name in columns if plain_name(name) in others), "")
            of_fact = [name for name, said in mapping.items() if said == fact]
            if fact not in columns:
                of_fact += [name for name in columns if usual_fact(name, ()) == fact]
            alone = next(iter(of_fact), "")
            if rest and alone and rest not in alone.split(PLUS):
                together = f"{alone}{PLUS}{rest}"
                self.meant[together] = fact
                taken, kept = map_of((together, fact)), map_of((rest, ""))
                self.told.append(TOGETHER.format(one=alone, rest=rest, fact=fact, taken=taken, kept=kept))

    def carried(self, columns: Iterable[str], bills: bool) -> None:
        """The columns of which nothing is read, told with the rest: one of them may be a fact."""
        ours = {*BY_NAME, *(COLUMNS_OF_BILLS if bills else ()), *self.asked}
        others = [name for name in columns if name not in ours]
        if others:
            self.told.append(CARRIED.format(names=", ".join(others)))

    def usual(self, columns: Iterable[str], names: Sequence[str]) -> None:
        """A column that files often call so is asked about: a fact that is passed over changes every amount."""
        for name in columns:
            fact = usual_fact(name, [*names, *self.meant.values()]) if name not in {*BY_NAME, *self.asked} else ""
            if fact:
                self.may_be(name, fact)

    def missing(self, names: Sequence[str]) -> None:
        """Facts without which no row can be settled."""
        for group in NEEDED:
            if any(name in names or name in self.meant.values() for name in group):
                continue
            others = [name for name in names if name not in BY_NAME and name not in self.asked]
            close = [near for name in group for near in get_close_matches(name, others, n=1, cutoff=0.5)]
            hint = Text("", "")
            if close:
                self.meant[close[0]] = group[0]
                hint = NEAREST.format(name=close[0], map=map_of((close[0], group[0])))
            else:
                self.unnamed.append(group[0])
            self.told.append(MISSING.format(names=Text(" ou ".join(group), " or ".join(group))) + hint)

    def later(self, facts: Sequence[str]) -> None:
        """Facts that some rows will need, told with the rest."""
        if facts:
            self.told.append(MAY_BE_NEEDED.format(names=", ".join(facts)))

    def others(self, names: Sequence[str], kept: Container[str], reserved: Container[str]) -> None:
        """A column that is no fact is carried through, unless it looks like a misspelt fact or hides a result."""
        ours = {*BY_NAME, *(COLUMNS_OF_BILLS if of_bills(names) else ())}
        for name in names:
            if name in ours or name in self.asked:
                continue
            if name in reserved or name in RENAMED.values() or name in RESULT_NAMES:
                self.told.append(RESERVED.format(name=name))
            elif name not in kept and len(name) >= SHORT:
                unsaid = [fact for fact in BY_NAME if fact not in names and fact not in self.meant.values()]
                near = get_close_matches(plain_name(name), unsaid, n=1, cutoff=CLOSE)
                if near:
                    self.may_be(name, near[0])

    def may_be(self, name: str, fact: str) -> None:
        """What a column may have meant."""
        self.meant[name] = fact
        self.told.append(NOT_A_FACT.format(name=name, fact=fact, taken=map_of((name, fact)), kept=map_of((name, ""))))


MISSING = Text("il manque la colonne {names}", "column {names} is missing")
NEAREST = Text(" ; le nom le plus proche est « {name} » : {map}", "; the nearest name is '{name}': {map}")
RESERVED = Text(
    "la colonne « {name} » porte le nom d'un résultat ; renommez-la",
    "column '{name}' bears the name of a result; rename it",
)
NOT_A_FACT = Text(
    "la colonne « {name} » n'est pas un fait ; est-ce {fact} ? {taken}, ou {kept} pour la garder",
    "column '{name}' is not a fact; did you mean {fact}? {taken}, or {kept} to carry it through",
)
TOGETHER = Text(
    "les colonnes « {one} » et « {rest} » disent ensemble {fact} : {taken}, ou {kept} pour garder « {rest} » "
    "sans la lire",
    "columns '{one}' and '{rest}' say {fact} together: {taken}, or {kept} to carry '{rest}' through unread",
)
CARRIED = Text(
    "gardées telles quelles, sans y lire aucun fait : {names}",
    "carried through as they are, no fact read in them: {names}",
)
MAY_BE_NEEDED = Text(
    "pas de colonne {names} : une ligne de médecin où ce fait change la réponse sera refusée",
    "no column {names}: a row of a doctor where this fact changes the answer will be refused",
)
NO_CONTRACT_COLUMN = Text(
    "pas de colonne contract : aucune mutuelle n'est supposée, la part complémentaire (amc) est à 0 hors C2S",
    "no column contract: no complementary insurance is assumed, its part (amc) is 0 but for the C2S",
)
A_COLUMN = Text("--map COLONNE={fact}", "--map COLUMN={fact}")
ALL = Text("tout ensemble : {maps}", "all together: {maps}")


def map_of(pair: tuple[str, str]) -> str:
    """The option that gives a column its fact; a name that a shell would cut is written between quotes."""
    name, fact = pair
    quoted = (lambda text: text) if re.fullmatch(r"[\w.-]+", name) else shlex.quote
    return f"--map {quoted(f'{name}={fact}')}"


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
