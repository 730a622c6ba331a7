"""Small distributions of the official shape, with the quirks of the real ones; a test changes the table it is about."""

from pathlib import Path
from typing import Any

from parcours.lab.nomenclatures import (
    FICHE_LPP,
    FICHE_NABM,
    HISTO_LPP,
    HISTO_NABM,
    MODIFIERS,
    PAIRS_LPP,
    PAIRS_NABM,
    R_ACTE,
    R_ACTE_IVITE,
    R_ACTE_IVITE_PHASE,
    R_ACTIVITE_MODIFICATEUR,
    R_ASSOCIATIONS,
    R_INCOMPATIBILITES,
    R_PU_BASE,
    R_TB03,
    R_TB11,
    R_TB23,
    write_dbf,
)

R_TB02 = (("COD_ASSONP", "C", 2, 0), ("DT_DEBUT", "D", 8, 0), ("COEF", "N", 5, 3), ("DT_FIN", "D", 8, 0))
R_TB22 = (("COD_CONTXT", "C", 2, 0), ("COD_CONTX0", "C", 2, 0), ("GRILLE_COD", "N", 3, 0))
Tables = dict[str, tuple[Any, list[Any]]]
LONG = (
    "Électrocardiographie sur au moins 12 dérivations " + "avec un libellé très long " * 8 + "coupé au milieu d'un mot"
)
"""254 characters end inside a word."""


def act(
    code: str, day: int, label: str, *, refunded: int = 1, last: int | None = None, after: str = ""
) -> tuple[Any, ...]:
    pieces = [label[at : at + 254] for at in (0, 254, 508)]
    return (code, day, 101, refunded, 0, label[:70], *pieces, 0, 20050301, last, "N", day, "", after)


def ccam_tables() -> Tables:
    """An ECG over three dates and two grids, a biopsy and its anaesthesia, an act in phases, one closed, one unpaid."""
    return {
        "R_ACTE": (
            R_ACTE,
            [
                act("DEQP003", 20050720, "ECG 12 dériv."),
                act("DEQP003", 20250101, LONG),
                act("QZHA001", 20111220, "Biopsie dermoépidermique, par abord direct"),
                act("LAPH001", 20111220, "Acte en deux phases, à l'épaule"),
                act("ZZZZ001", 20100101, "Acte supprimé en 2015", last=20150630, after="QZHA001"),
                act("ZZZZ002", 20100101, "Acte non remboursé", refunded=2),
                act("AGES001", 20100101, "Acte de l'enfant"),
            ],
        ),
        "R_ACTE_IVITE": (
            R_ACTE_IVITE,
            [
                ("DEQP0031", 20050720, "DEQP003", 20050720, "1", "ATM", "99"),
                ("DEQP0031", 20250101, "DEQP003", 20250101, "1", "ATM", "99"),
                ("QZHA0011", 20111220, "QZHA001", 20111220, "1", "ADC", "99"),
                ("QZHA0014", 20111220, "QZHA001", 20111220, "4", "ADA", "99"),
                ("LAPH0011", 20111220, "LAPH001", 20111220, "1", "ADI", "99"),
                ("ZZZZ0011", 20100101, "ZZZZ001", 20100101, "1", "ATM", "99"),
                ("ZZZZ0021", 20100101, "ZZZZ002", 20100101, "1", "ATM", "99"),
                ("AGES0011", 20100101, "AGES001", 20100101, "1", "ATM", "99"),
            ],
        ),
        "R_ACTE_IVITE_PHASE": (
            R_ACTE_IVITE_PHASE,
            [
                ("DEQP00310", 20050720, "DEQP0031", 20050720, 0, 0, 13.52, 0, 0),
                ("DEQP00310", 20170501, "DEQP0031", 20050720, 0, 0, 14.26, 0, 0),
                ("DEQP00310", 20250101, "DEQP0031", 20250101, 0, 0, 14.52, 0, 0),
                ("QZHA00110", 20111220, "QZHA0011", 20111220, 0, 0, 40.0, 0, 0),
                ("QZHA00140", 20111220, "QZHA0014", 20111220, 0, 0, 48.0, 0, 0),
                ("LAPH00111", 20111220, "LAPH0011", 20111220, 1, 0, 50.0, 0, 0),
                ("LAPH00112", 20111220, "LAPH0011", 20111220, 2, 0, 60.0, 0, 0),
                ("ZZZZ00110", 20100101, "ZZZZ0011", 20100101, 0, 0, 10.0, 0, 0),
                ("ZZZZ00210", 20100101, "ZZZZ0021", 20100101, 0, 0, 0.0, 0, 0),
                ("AGES00110", 20100101, "AGES0011", 20100101, 0, 0, 20.0, 3, 12),
            ],
        ),
        "R_PU_BASE": (
            R_PU_BASE,
            [
                ("DEQP00310", 3, 14.26, 20170501),
                ("DEQP00310", 3, 14.52, 20250101),
                ("DEQP00310", 4, 13.52, 20170501),
                ("QZHA00110", 3, 40.0, 20111220),
                ("QZHA00110", 4, 38.4, 20111220),
                ("QZHA00140", 3, 48.0, 20111220),
                ("QZHA00140", 4, 48.0, 20111220),
                ("LAPH00111", 3, 50.0, 20111220),
                ("LAPH00112", 3, 60.0, 20111220),
                ("ZZZZ00110", 3, 10.0, 20100101),
                ("ZZZZ00210", 3, 0.0, 20100101),
                ("AGES00110", 3, 20.0, 20100101),
            ],
        ),
        "R_ACTIVITE_MODIFICATEUR": (
            R_ACTIVITE_MODIFICATEUR,
            [("DEQP0031", day, letter) for day in (20050720, 20250101) for letter in "UFPS"]
            + [("LAPH0011", 20111220, letter) for letter in "YJ"],
        ),
        "R_TB11": (R_TB11, list(MODIFIERS)),
        "R_TB23": (R_TB23, [(3, "Secteur 1 ou OPTAM (inventé)", ""), (4, "Secteur 2 (inventé)", "")]),
        "R_TB03": (R_TB03, [("1", 20050325, "Taux plein", 1.0, None, 0), ("2", 20050325, "Moitié", 0.5, None, 0)]),
        "R_ASSOCIATIONS": (R_ASSOCIATIONS, [("QZHA0011", 20111220, "LAPH0011", 20111220, "1")]),
        "R_INCOMPATIBILITES": (R_INCOMPATIBILITES, [("QZHA001", 20111220, "ZZZZ001", 20100101)]),
    }


def lpp_tables() -> Tables:
    """A frame and a lens of class A, a hearing aid over three periods, a closed rental, a device on a quote."""
    return {
        "lpp_fiche_tot901": (
            FICHE_LPP,
            [
                (2900001, "OPTIQUE, CLASSE A, MONTURE (INVENTÉ)", None, 0, "A", ""),
                (2900002, "OPTIQUE, CLASSE A, VERRE UNIFOCAL (INVENTÉ)", None, 0, "A", ""),
                (2900003, "AUDIO, CLASSE I, >= 20 ANS (INVENTÉ)", None, 0, "A", ""),
                (2900004, "LOCATION LIT, SEMAINE (INVENTÉ, FERMÉ)", 20191231, 0, "L", "101A01"),
                (2900005, "PROTHÈSE SUR DEVIS (INVENTÉ)", None, 0, "A", ""),
            ],
        ),
        "lpp_histo_tot901": (
            HISTO_LPP,
            [
                (2900001, 20200101, None, "OPT", "N", "N", 9.0, 1.15, 1, 30.0),
                (2900002, 20200101, None, "OPT", "N", "N", 9.75, 1.15, 2, 32.5),
                (2900003, 20190101, 20191231, "PAU", "N", "N", 300.0, 1.2, 1, 1300.0),
                (2900003, 20200101, 20201231, "PAU", "N", "N", 350.0, 1.2, 1, 1100.0),
                (2900003, 20210101, None, "PAU", "N", "N", 400.0, 1.2, 1, 950.0),
                (2900004, 20050101, 20191231, "DVO", "N", "N", 14.0, 1.0, 52, 0.0),
                (2900005, 20050101, None, "PA", "O", "O", 0.0, 1.0, 1, 0.0),
            ],
        ),
        "lpp_incomp_tot901": (PAIRS_LPP, [(2900001, 2900004)]),
        "lpp_comp_tot901": (PAIRS_LPP, [(2900001, 2900002)]),
    }


def nabm_tables() -> Tables:
    """A blood count over two dates, the package 9005, one closed, one outside the list, one of two letters"""
    none = [None, 0.0]
    return {
        "NABM_FICHE_TOT105": (
            FICHE_NABM,
            [
                (1104, "HEMOGRAMME", "Hémogramme y compris plaquettes (NFS, NFP)", 19960801, None),
                (9005, "FORFAIT PRE-ANALYTIQUE", "Forfait préanalytique", 20090301, None),
                (9998, "ACTE FERME", "Acte fermé", 20000101, 20141231),
                (552, "HORS LISTE", "Analyse hors liste", 20000101, None),
                (553, "DEUX LETTRES", "Analyse en deux lettres", 20000101, None),
            ],
        ),
        "NABM_HISTO_TOT105": (
            HISTO_NABM,
            [
                (1104, 20150101, 1, 0, 0, "B", 29.0, *none * 4),
                (1104, 20240115, 1, 0, 0, "B", 23.0, *none * 4),
                (9005, 20090301, 1, 0, 0, "B", 3.0, *none * 4),
                (552, 20090301, 0, 0, 0, "BHN", 60.0, *none * 4),
                (553, 20090301, 0, 0, 0, "B", 60.0, "PB", 2.0, *none * 3),
            ],
        ),
        "NABM_INCOMP_TOT105": (PAIRS_NABM, [(1104, 9998)]),
    }


DRUG = "{cis}\t{name}\tcomprimé\torale\tAutorisation active\tnationale\tCommercialisée\t12/03/1998\t\t\t LABO\tNon\r\n"
BOX = (
    "{cis}\t{cip7}\t{label}\tPrésentation active\tDéclaration de commercialisation\t16/03/2011\t{cip}\toui\t{rest}\t\n"
)
BDPM = {
    "CIS_bdpm.txt": "".join(
        DRUG.format(cis=cis, name=name)
        for cis, name in (
            (60000001, "DOLOR INVENTÉ 500 mg, comprimé"),
            (60000002, "CALMIX PRINCEPS 10 mg, comprimé pelliculé"),
            (60000003, "CALMIX GÉNÉRIQUE 10 mg, comprimé pelliculé"),
        )
    ),
    "CIS_CIP_bdpm.txt": "".join(
        BOX.format(
            cis=cis,
            cip7=cip - 3400930000000 + 3000000,
            cip=cip,
            label=f"plaquette(s) de {units} comprimé(s)",
            rest=rest,
        )
        for cis, cip, units, rest in (
            (60000001, 3400930000001, 16, "65%\t1,16\t2,18\t1,02\t"),
            (60000002, 3400930000002, 28, "65 %\t27,28\t28,30\t1,02\tPris en charge<br>dans ces indications"),
            (60000003, 3400930000003, 28, "65%\t16,18\t17,20\t1,02\t"),
            (60000003, 3400930000004, 90, "65%\t1,132,24\t1,135,00\t2,76\t"),
            (60000001, 3400930000005, 8, "\t\t\t\t"),
            (60000001, 3400930000006, 100, "65%;30%\t5,00\t6,02\t1,02\tselon l'indication"),
        )
    ),
    "CIS_GENER_bdpm.txt": "1001\tCALMIXINE 10 mg\t60000002\t0\t1\t\r\n1001\tCALMIXINE 10 mg\t60000003\t1\t2\t\r\n",
    "CIS_CPD_bdpm.txt": "60000002\tliste I\r\n60000002\tprescription initiale annuelle\n"
    "réservée à certains spécialistes\r\n",
}
NGAP = """key;profession;kind;from;to;amount;coefficient;professions_excluded;needs;excludes;rate;conf;source
ZAI;infirmier;letter;2009-04-15;2024-01-27;3.00;true;;;;60;C;INVENTE
ZAI;infirmier;letter;2024-01-28;;3.15;true;;;;60;C;INVENTE
ZMG;medecin_generaliste;supplement;2017-05-01;;5.00;false;;G|VG;COE;;C;INVENTE
ZCO;medecin;consultation;2026-01-01;2026-06-30;60.00;false;;;ZMG;100;C;INVENTE
"""


def write_tables(folder: Path, tables: Tables, encoding: str = "cp850") -> Path:
    """Write DBF tables in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (columns, rows) in tables.items():
        write_dbf(folder / f"{name}.dbf", columns, rows, encoding)
    return folder


def write_texts(folder: Path, texts: dict[str, str], encoding: str = "cp1252") -> Path:
    """Write text files in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_bytes(text.encode(encoding))
    return folder


def write_all(folder: Path) -> dict[str, Path]:
    """Every distribution, each in a folder of its own."""
    return {
        "ccam": write_tables(folder / "ccam", ccam_tables()),
        "lpp": write_tables(folder / "lpp", lpp_tables()),
        "nabm": write_tables(folder / "nabm", nabm_tables()),
        "bdpm": write_texts(folder / "bdpm", BDPM),
        "ngap": write_texts(folder / "ngap", {"ngap.csv": NGAP}, "utf-8"),
    }
