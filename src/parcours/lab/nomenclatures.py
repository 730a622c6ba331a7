"""Files of the official shape, of any size, with the quirks of the real ones: invented acts, devices and drugs.

They describe nothing: codes, labels and prices are drawn. The same seed gives the same files.
"""

import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from random import Random

Column = tuple[str, str, int, int]
"""Name, type, size, decimals."""
Row = Sequence[object]
HEADER = struct.Struct("<BBBBIHH20x")
FIELD = struct.Struct("<11sc4xBB14x")
YEAR, MONTH, DAY = 126, 11, 20
GRIDS = tuple(range(1, 13))
"""As many as make a million prices of 8 000 acts over ten dates."""
CUT = 254
"""A long label is cut there, in the middle of a word."""
LABEL_COLUMNS = 3
WORDS = (
    "électrocardiographie", "exérèse", "biopsie", "échographie", "radiographie", "suture", "ostéosynthèse",
    "arthroscopie", "ablation", "pose", "prothèse", "évacuation", "hématome", "épaule", "genou", "crânien",
    "thoracique", "abdominal", "façade", "oesophage", "réfection", "scanographie",
)  # fmt: skip
FORMS = ("comprimé", "gélule", "sirop", "solution injectable", "crème", "poudre pour suspension")
UNITS = (8, 16, 28, 30, 84, 90)
RATES = ("65%", "65 %", "30%", "15%", "100%", "65%;30%", "")
LETTERS = "ABCDEFGHJKLMNPQRSTVWXZ"
SIZES = {"ccam": 8_000, "lpp": 6_000, "nabm": 1_000, "bdpm": 15_000, "ngap": 200}
"""About as many codes as the official files."""
DATES = (
    20050720, 20080515, 20110301, 20130101, 20150610, 20170501, 20190401, 20210101, 20230701, 20250101,
)  # fmt: skip


# --- dBase III ---


def write_dbf(path: Path, columns: Sequence[Column], rows: Iterable[Row], encoding: str = "cp850") -> int:
    """Write a table; returns how many rows."""
    width = 1 + sum(size for _, _, size, _ in columns)
    start = HEADER.size + FIELD.size * len(columns) + 1
    count = 0
    with path.open("wb") as file:
        file.write(bytes(start))
        for row in rows:
            file.write(b" " + b"".join(map(field, row, columns, [encoding] * len(columns))))
            count += 1
        file.write(b"\x1a")
        file.seek(0)
        file.write(HEADER.pack(3, YEAR, MONTH, DAY, count, start, width))
        for name, kind, size, decimals in columns:
            file.write(FIELD.pack(name.encode(), kind.encode(), size, decimals))
        file.write(b"\r")
    return count


def field(value: object, column: Column, encoding: str) -> bytes:
    """A value as its column writes it."""
    name, kind, size, decimals = column
    if value is None or value == "":
        return b" " * size
    if kind == "N":
        text = f"{value:.{decimals}f}" if decimals else str(value)
        raw = text.encode().rjust(size)
    else:
        raw = str(value).encode(encoding).ljust(size)
    if len(raw) > size:
        message = f"{name}: {value}"
        raise ValueError(message)
    return raw


# --- CCAM ---

R_ACTE: tuple[Column, ...] = (
    ("COD_ACTE", "C", 13, 0), ("DT_MODIF", "D", 8, 0), ("MENU_COD", "N", 6, 0), ("REMBOU_COD", "N", 1, 0),
    ("TYPE_COD", "N", 1, 0), ("NOM_COURT", "C", 70, 0), ("NOM_LONG", "C", CUT, 0), ("NOM_LONG0", "C", CUT, 0),
    ("NOM_LONG1", "C", CUT, 0), ("SEXE", "N", 1, 0), ("DT_CREATIO", "D", 8, 0), ("DT_FIN", "D", 8, 0),
    ("ENTENTE", "C", 1, 0), ("DT_EFFET", "D", 8, 0), ("PRECEDENT", "C", 13, 0), ("SUIVANT", "C", 13, 0),
)  # fmt: skip
R_ACTE_IVITE: tuple[Column, ...] = (
    ("COD_AA", "C", 14, 0), ("DT_MODIF", "D", 8, 0), ("ACTE_COD", "C", 13, 0), ("ACDT_MODIF", "D", 8, 0),
    ("ACTIV_COD", "C", 1, 0), ("REGROU_COD", "C", 3, 0), ("CATMED_COD", "C", 2, 0),
)  # fmt: skip
R_ACTE_IVITE_PHASE: tuple[Column, ...] = (
    ("COD_AAP", "C", 16, 0), ("DT_MODIF", "D", 8, 0), ("AA_COD", "C", 14, 0), ("AADT_MODIF", "D", 8, 0),
    ("PHASE_COD", "N", 2, 0), ("NB_SEANCES", "N", 2, 0), ("PU_BASE", "N", 7, 2), ("AGE_MIN", "N", 3, 0),
    ("AGE_MAX", "N", 3, 0),
)  # fmt: skip
R_PU_BASE: tuple[Column, ...] = (
    ("AAP_COD", "C", 16, 0), ("GRILLE_COD", "N", 3, 0), ("PU_BASE", "N", 8, 2), ("APDT_MODIF", "D", 8, 0),
)  # fmt: skip
R_ACTIVITE_MODIFICATEUR: tuple[Column, ...] = (
    ("AA_CODE", "C", 14, 0), ("AADT_MODIF", "D", 8, 0), ("MODIFI_COD", "C", 1, 0),
)  # fmt: skip
R_TB11: tuple[Column, ...] = (
    ("COD_MODIFI", "C", 1, 0), ("DT_DEBUT", "D", 8, 0), ("LIBELLE", "C", 100, 0), ("COEF", "N", 5, 3),
    ("FORFAIT", "N", 8, 2), ("DT_FIN", "D", 8, 0), ("GRILLE_COD", "N", 3, 0),
)  # fmt: skip
R_TB23: tuple[Column, ...] = (("COD_GRILLE", "N", 3, 0), ("LIBELLE", "C", 100, 0), ("DEFINITION", "C", 254, 0))
R_TB03: tuple[Column, ...] = (
    ("COD_REGLE", "C", 1, 0), ("DT_DEBUT", "D", 8, 0), ("LIBELLE", "C", 254, 0), ("COEF", "N", 5, 3),
    ("DT_FIN", "D", 8, 0), ("GRILLE_COD", "N", 3, 0),
)  # fmt: skip
R_ASSOCIATIONS: tuple[Column, ...] = (
    ("AA_CODE1", "C", 14, 0), ("DT_MODIF1", "D", 8, 0), ("AA_CODE2", "C", 14, 0), ("DT_MODIF2", "D", 8, 0),
    ("REGLE_COD", "C", 1, 0),
)  # fmt: skip
R_INCOMPATIBILITES: tuple[Column, ...] = (
    ("ACTE_COD1", "C", 13, 0), ("DT_MODIF1", "D", 8, 0), ("ACTE_COD2", "C", 13, 0), ("DT_MODIF2", "D", 8, 0),
)  # fmt: skip
MODIFIERS: tuple[Row, ...] = (
    ("U", 20050325, "Urgence de nuit", 1.0, 25.15, None, 0),
    ("F", 20050325, "Dimanche ou jour férié", 1.0, 19.06, None, 0),
    ("J", 20050325, "Majoration inventée", 1.065, 0.0, None, 0),
    ("Y", 20170201, "Radiologie, autre spécialité", 1.158, 0.0, 20251104, 0),
    ("Y", 20251105, "Radiologie, autre spécialité", 1.13, 0.0, None, 0),
)


def acts_of(count: int) -> Iterator[str]:
    """Codes of the shape of the CCAM."""
    for number in range(count):
        letters, rest = divmod(number, 999)
        yield (
            "".join(LETTERS[letters // len(LETTERS) ** place % len(LETTERS)] for place in range(4)) + f"{rest + 1:03d}"
        )


def ccam(folder: Path, count: int, random: Random) -> None:
    """Acts whose labels are cut, with ten dates of prices by grid, some ended, some with an anaesthesia."""
    codes = list(acts_of(count))
    rows: dict[str, list[Row]] = {name: [] for name in ("acte", "activity", "phase", "modifier")}
    prices = folder / "R_PU_BASE.dbf"

    def priced() -> Iterator[Row]:
        for place, code in enumerate(codes):
            yield from one_act(place, code, codes, random, rows)

    write_dbf(prices, R_PU_BASE, priced())
    write_dbf(folder / "R_ACTE.dbf", R_ACTE, rows["acte"])
    write_dbf(folder / "R_ACTE_IVITE.dbf", R_ACTE_IVITE, rows["activity"])
    write_dbf(folder / "R_ACTE_IVITE_PHASE.dbf", R_ACTE_IVITE_PHASE, rows["phase"])
    write_dbf(folder / "R_ACTIVITE_MODIFICATEUR.dbf", R_ACTIVITE_MODIFICATEUR, rows["modifier"])
    write_dbf(folder / "R_TB11.dbf", R_TB11, MODIFIERS)
    write_dbf(folder / "R_TB23.dbf", R_TB23, [(grid, f"Grille inventée n° {grid}", "") for grid in GRIDS])


def one_act(place: int, code: str, codes: Sequence[str], random: Random, rows: dict[str, list[Row]]) -> Iterator[Row]:
    """The rows of one act; those of its prices are given back."""
    ended = place % 50 == 49
    changed = (DATES[0], DATES[random.randrange(3, 9)])
    last, after = (20240630, codes[place - 1]) if ended else (None, "")
    for day in changed:
        text = label_of(random)
        pieces = [text[at : at + CUT] for at in range(0, LABEL_COLUMNS * CUT, CUT)]
        own = (last, "N", day, "", after) if day == changed[-1] else (None, "N", day, "", "")
        rows["acte"].append((code, day, 101, 2 if place % 40 == 0 else 1, 0, text[:70], *pieces, 0, DATES[0], *own))
        for activity in ("1", "4") if place % 10 == 0 else ("1",):
            key = f"{code}{activity}"
            rows["activity"].append((key, day, code, day, activity, "ADA" if activity == "4" else "ATM", "99"))
            rows["modifier"] += [(key, day, letter) for letter in ("UF", "UFJ", "Y")[place % 3]]
            price = random.randrange(500, 60_000)
            for first in DATES if activity == "1" else DATES[:2]:
                if first < day or (day == changed[0] and first >= changed[1]):
                    continue
                price += random.randrange(0, 300)
                rows["phase"].append((f"{key}0", first, key, day, 0, 0, price / 100, 0, 0))
                for grid in GRIDS:
                    yield f"{key}0", grid, (price if grid < 9 else price * 9 // 10) / 100, first


def label_of(random: Random) -> str:
    """Words enough to be cut, one time in four."""
    count = 60 if random.random() < 0.25 else random.randrange(3, 12)
    return " ".join(random.choices(WORDS, k=count)).capitalize()[: LABEL_COLUMNS * CUT].rstrip()


# --- LPP, NABM ---

FICHE_LPP: tuple[Column, ...] = (
    ("CODE_TIPS", "N", 7, 0), ("NOM_COURT", "C", 80, 0), ("DATE_FIN", "D", 8, 0), ("AGE_MAX", "N", 3, 0),
    ("TYPE_PREST", "C", 1, 0), ("OLD_CODE", "C", 13, 0),
)  # fmt: skip
HISTO_LPP: tuple[Column, ...] = (
    ("CODE_TIPS", "N", 7, 0), ("DEBUTVALID", "D", 8, 0), ("FINHISTO", "D", 8, 0), ("NAT_PREST", "C", 3, 0),
    ("ENTENTE", "C", 1, 0), ("PUDEVIS", "C", 1, 0), ("TARIF", "N", 10, 2), ("MAJO_DOM1", "N", 5, 3),
    ("QTE_MAX", "N", 4, 0), ("PUREGLEMEN", "N", 10, 2),
)  # fmt: skip
PAIRS_LPP: tuple[Column, ...] = (("CODE1", "N", 7, 0), ("CODE2", "N", 7, 0))
FICHE_NABM: tuple[Column, ...] = (
    ("CODE_NABM", "N", 4, 0), ("NOM_COURT", "C", 60, 0), ("NOM_LONG", "C", 254, 0), ("DATE_DEBUT", "D", 8, 0),
    ("DATE_FIN", "D", 8, 0),
)  # fmt: skip
HISTO_NABM: tuple[Column, ...] = (
    ("CODE_NABM", "N", 4, 0), ("DATE_EFFET", "D", 8, 0), ("MAX_FACTU", "N", 3, 0), ("CODE_REGLE", "N", 3, 0),
    ("MAX_REGLE", "N", 3, 0),
    *((f"{name}{at}", kind, size, decimals) for at in range(1, 6) for name, kind, size, decimals in
      (("LC", "C", 3, 0), ("COEF", "N", 7, 2))),
)  # fmt: skip
PAIRS_NABM: tuple[Column, ...] = (("CODE1", "N", 4, 0), ("CODE2", "N", 4, 0))


def lpp(folder: Path, count: int, random: Random) -> None:
    """Devices with successive bases and highest prices, some ended, some on a quote."""
    cards: list[Row] = []
    history: list[Row] = []
    for place in range(count):
        code, starts = 1_100_000 + place * 7, sorted(random.sample(DATES, random.randrange(1, 4)))
        ended = place % 20 == 19
        text = " ".join(random.choices(WORDS, k=4)).upper()[:70]
        cards.append((code, text, 20231231 if ended else None, 0, "ALS"[place % 3], ""))
        for first, after in zip(starts, [*starts[1:], None], strict=True):
            base = 0 if place % 30 == 0 else random.randrange(100, 90_000) / 100
            last = day_before(after) if after else None
            most = base * 2 if place % 4 == 0 else 0
            history.append((code, first, last, "PA", "N", "O" if not base else "N", base, 1.15, 1, most))
    write_dbf(folder / "lpp_fiche_tot901.dbf", FICHE_LPP, cards)
    write_dbf(folder / "lpp_histo_tot901.dbf", HISTO_LPP, history)
    write_dbf(folder / "lpp_incomp_tot901.dbf", PAIRS_LPP, [(1_100_000, 1_100_007)] if count > 1 else [])


def nabm(folder: Path, count: int, random: Random) -> None:
    """Analyses in B, some outside the list, one in two letters."""
    cards: list[Row] = []
    history: list[Row] = []
    for place in range(count):
        code = 10 + place * 9
        text = " ".join(random.choices(WORDS, k=5)).capitalize()
        cards.append((code, text[:60], text, DATES[0], 20201231 if place % 25 == 24 else None))
        for first in sorted(random.sample(DATES, 2)):
            letters = ("BHN",) if place % 15 == 14 else ("B", "PB") if place % 40 == 39 else ("B",)
            named = [one for letter in letters for one in (letter, random.randrange(5, 200))]
            history.append((code, first, 0, 0, 0, *named, *([None, 0.0] * (5 - len(letters)))))
    write_dbf(folder / "NABM_FICHE_TOT105.dbf", FICHE_NABM, cards)
    write_dbf(folder / "NABM_HISTO_TOT105.dbf", HISTO_NABM, history)
    write_dbf(folder / "NABM_INCOMP_TOT105.dbf", PAIRS_NABM, [(10, 19)] if count > 1 else [])


def day_before(day: int) -> int:
    """The day before a first of a month or a later day, near enough: 20250101 -> 20241231."""
    from datetime import date, timedelta

    before = date(day // 10_000, day // 100 % 100, day % 100) - timedelta(days=1)
    return before.year * 10_000 + before.month * 100 + before.day


# --- BDPM, NGAP ---


def bdpm(folder: Path, count: int, random: Random) -> None:
    """Boxes, one medicine in two with a second one, generic groups, a thousands comma, folded lines, phantom tabs."""
    drugs: list[str] = []
    boxes: list[str] = []
    groups: list[str] = []
    conditions: list[str] = []
    while len(boxes) < count:
        cis, form = 60_000_000 + len(drugs), random.choice(FORMS)
        group, kind = len(drugs) // 6, 0 if len(drugs) % 6 == 0 else 1
        name = f"{random.choice(WORDS).upper()} {random.randrange(1, 900)} mg, {form}"
        drugs.append(
            f"{cis}\t{name}\t{form}\torale\tAutorisation active\tProcédure nationale\tCommercialisée\t12/03/1998\t\t\t"
            " LABO INVENTÉ\tNon\r\n"
        )
        groups.append(f"{group}\tGROUPE {group}\t{cis}\t{kind}\t{len(drugs) % 6}\t\r\n")
        conditions.append(f"{cis}\tprescription initiale annuelle\nréservée à certains spécialistes\r\n")
        for _ in range(min(random.randrange(1, 3), count - len(boxes))):
            boxes.append(box_of(cis, len(boxes), kind, random))
    for file, lines in (
        ("CIS_bdpm", drugs),
        ("CIS_CIP_bdpm", boxes),
        ("CIS_GENER_bdpm", groups),
        ("CIS_CPD_bdpm", conditions),
    ):
        (folder / f"{file}.txt").write_bytes("".join(lines).encode("cp1252"))


def box_of(cis: int, place: int, kind: int, random: Random) -> str:
    """One presentation: its price and its fee, or none where nobody refunds it."""
    units, rate = random.choice(UNITS), random.choice(RATES)
    price = random.randrange(100, 5_000) if place % 100 else random.randrange(100_000, 900_000)
    fee = 276 if units > 80 else 102
    prices = "\t".join(map(comma, (price, price + fee, fee))) if rate else "\t\t"
    note = "Pris en charge<br>dans ces indications" if ";" in rate else ""
    return (
        f"{cis}\t{3_000_000 + place}\tplaquette(s) de {units} comprimé(s)\tPrésentation active\t"
        f"Déclaration de commercialisation\t16/03/2011\t{3_400_930_000_000 + place}\toui\t{rate}\t{prices}\t{note}\t\n"
    )


def comma(cents: int) -> str:
    """An amount with a comma before its thousands, and one before its cents."""
    return f"{cents // 100:,},{cents % 100:02d}"


NGAP_HEADER = "key;profession;kind;from;to;amount;coefficient;professions_excluded;needs;excludes;rate;conf;source"


def ngap(folder: Path, count: int, random: Random) -> None:
    """Keys with two amounts over time."""
    lines = [NGAP_HEADER]
    for place in range(count):
        key = f"Z{LETTERS[place // len(LETTERS) % len(LETTERS)]}{LETTERS[place % len(LETTERS)]}{place // 484}"
        lines += [
            f"{key};infirmier;letter;{first};;{random.randrange(100, 900) / 100:.2f};true;;;;60;C;INVENTE"
            for first in ("2012-01-01", "2024-01-28")
        ]
    (folder / "ngap.csv").write_text("\n".join(lines) + "\n", "utf-8")


WRITERS: dict[str, Callable[[Path, int, Random], None]] = {
    "ccam": ccam, "lpp": lpp, "nabm": nabm, "bdpm": bdpm, "ngap": ngap,
}  # fmt: skip


def write_nomenclature(name: str, folder: Path, count: int = 0, seed: int = 0) -> list[Path]:
    """Write a distribution of a nomenclature in a folder; returns its files."""
    folder.mkdir(parents=True, exist_ok=True)
    before = set(folder.iterdir())
    WRITERS[name](folder, count or SIZES[name], Random(seed))
    return sorted(islice((path for path in folder.iterdir() if path not in before), None))
