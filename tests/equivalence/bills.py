"""Bills drawn at random as rows of a file: the codes of every domain, some lines that are refused."""

import random
from typing import Any

import pyarrow as pa

DOCTOR = {"profession": "medecin", "specialty": "generaliste", "convention": "secteur_1", "medecin_traitant": "true"}
CODES: tuple[tuple[dict[str, str], tuple[str, ...]], ...] = (
    (
        DOCTOR,
        ("G", "VG", "MD", "MHP", "F", "DEQP003", "CAGD001", "EGFA007", "ACTE", "IMAGERIE", "IK", "RQD", "anesthesie"),
    ),
    (
        {"profession": "infirmier"},
        (
            "AMI",
            "AMX",
            "BSB",
            "IFD",
            "IFI",
            "MAU",
            "NUIT",
            "prise de sang",
            "DI 2.5",
            "pansement lourd",
            "injection sc",
            "SEANCE_AIS",
            "drain de redon",
            "insuline",
            "surveillance glycemie",
        ),
    ),
    (
        {"profession": "pharmacie"},
        ("BOITE", "HDR", "HDA", "HC", "homeopathie", "MONTURE_A", "VERRE_A", "VERRE_B", "AIDE_AUDITIVE_I"),
    ),
    ({"profession": "laboratoire"}, ("B", "PB 1")),
    ({"profession": "masseur_kinesitherapeute"}, ("RAM 8.1", "IFS", "IK")),
    ({"profession": "chirurgien_dentiste"}, ("detartrage", "HBLD634", "HBLD158", "HBLD038", "TO 50", "EBD")),
    ({"profession": "transporteur"}, ("VSL", "TAXI")),
    ({"profession": "etablissement"}, ("FPU", "FJ", "GHS", "CHAMBRE", "surveillance medicale")),
    (
        {"profession": "medecin", "specialty": "dermatologie", "convention": "secteur_2", "medecin_traitant": "true"},
        ("CS", "QZHA001", "ACTE", "PAQK007"),
    ),
)
BASED = ("ACTE", "PAQK007", "anesthesie", "IMAGERIE", "PB 1", "GHS", "QZHA001", "VERRE_A")


def drawn_line(draw: random.Random, code: str, wrong: float) -> dict[str, Any]:
    """What a line says beside its code."""
    line: dict[str, Any] = {"code": code, "fee": draw.choice((0, 5, draw.randrange(300), 600))}
    if code in BASED and draw.random() >= wrong:
        line["base"] = draw.choice((20, 62, 150))
    if code in ("AMI", "AMX", "B"):
        line["coefficient"] = draw.choice((1, "1.5", 4, 22))
    if code == "IK":
        line["distance_km"] = draw.choice((3, 14, "20.5"))
    if code in ("VSL", "TAXI"):
        line.update(distance_km=draw.choice((5, 24)), zone="A" if code == "VSL" else None, departement="69")
    if code == "BOITE":
        line.update(price=draw.choice(("3.20", "8.90", 20)), drug_class=draw.choice(("majeur", "faible", "modere")))
        line.update(
            generic=draw.choice((None, None, "refused")),
            generic_price=draw.choice((2, 30)),
            quantity=draw.choice((None, 2)),
        )
    if code in ("ACTE", "EGFA007"):
        line.update(association=draw.choice((None, None, 2, 3)), modifiers=draw.choice((None, "M", "Y")))
    if code == "HBLD038":
        line["tooth"] = draw.choice((None, 13, 14, 36))
    if code == "VERRE_B":
        line["category"] = draw.choice((None, "a", "f"))
    if code in ("FPU", "FJ") and draw.random() < 0.5:
        del line["fee"]
    return line


def drawn_bill(draw: random.Random, number: int, patients: int, wrong: float) -> list[dict[str, Any]]:
    """A bill of one to six lines; `wrong`: how often a fact is missing, or a code unknown."""
    who, codes = draw.choice(CODES)
    day = draw.choice(("2024-06-03", "2025-06-03", "2026-03-10", "2026-11-02"))
    shared = {
        **who,
        "patient_id": f"P{draw.randrange(patients)}" if patients else None,
        draw.choice(("bill_id", "bill_id", "bill_id", "stay_id", "session_id")): f"B{number}",
        "professional_id": draw.choice((None, f"{who['profession']}{number % 7}")),
        "care_date": day,
        "reimbursement_date": draw.choice((None, "2026-12-01")),
        "age": draw.choice((2, 12, 40, 75)),
        "exemption": draw.choice((None, None, "ald", "maternite")),
        "c2s": draw.choice((None, None, None, "true")),
        "ame": draw.choice((*(None,) * 7, "true")),
        "tiers_payant": draw.choice((None, None, "full")),
        "territory": draw.choice((None, None, None, "974", "mayotte")),
        "contract": draw.choice((None, "responsable_100", "non_responsable_300")),
        "role": draw.choice(("medecin_traitant", "autre")) if "specialty" in who and draw.random() >= wrong else None,
        "referral": "none" if "specialty" in who else None,
    }
    chosen = [draw.choice(codes) for _ in range(draw.randint(1, 6))]
    rows = [{**shared, **drawn_line(draw, code, wrong)} for code in chosen]
    if draw.random() < wrong:
        rows[-1]["code"] = "unheard of"
    return rows


def random_bills(count: int, seed: int, patients: int = 0, wrong: float = 0.05) -> list[list[dict[str, Any]]]:
    """That many bills, of so many patients; of none where 0: each then stands alone."""
    draw = random.Random(seed)
    return [drawn_bill(draw, number, patients, wrong) for number in range(count)]


def table_of(bills: list[list[dict[str, Any]]]) -> pa.Table:
    """Their lines as a table of texts, with the number of each in `row`."""
    rows = [row for bill in bills for row in bill]
    names = list(dict.fromkeys(name for row in rows for name in row))
    texts = {name: [None if row.get(name) is None else str(row[name]) for row in rows] for name in names}
    return pa.table(
        {
            **{name: pa.array(values, pa.string()) for name, values in texts.items()},
            "row": pa.array(range(len(rows)), pa.int64()),
        }
    )
