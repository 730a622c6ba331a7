"""Lines as French contracts print them: what each is understood as, or why it is refused."""

import re

import pytest
from typer.testing import CliRunner

from parcours.cli.main import app
from parcours.contracts.library import library
from parcours.contracts.paste import not_counted, read_contract
from parcours.contracts.refused import how_to_write
from parcours.contracts.said import guarantees

BY_LAW = "visits and acts 100%, which every contrat responsable pays"
UNDERSTOOD = [
    # levels of the tariff, the Sécu's part included
    ("150 %", "visits and acts 150% with OPTAM, 130% without"),
    ("100 % BR", "visits and acts 100%"),
    ("Consultations, visites généralistes : 125 % BRSS", "visits and acts 125% with OPTAM, 105% without"),
    ("Honoraires médicaux 200 % de la base de remboursement", "visits and acts 200% with OPTAM, 180% without"),
    ("200 % BR dans la limite des frais réels", "visits and acts 200% with OPTAM, 180% without"),
    ("150 % (remboursement Sécurité sociale inclus)", "visits and acts 150% with OPTAM, 130% without"),
    # with and without OPTAM, in either order
    ("OPTAM 200 %, hors OPTAM 180 %", "visits and acts 200% with OPTAM, 180% without"),
    ("hors OPTAM 130 % ; OPTAM 170 %", "visits and acts 170% with OPTAM, 130% without"),
    ("150 % (non OPTAM) 170 % (OPTAM)", "visits and acts 170% with OPTAM, 150% without"),
    ("OPTAM ou non OPTAM : 150 %", "visits and acts 150% with OPTAM, 130% without"),
    ("220/200", "visits and acts 220% with OPTAM, 200% without"),
    (
        "Médecins non adhérents à l’OPTAM 120 % BR, médecins adhérents à l’OPTAM 140 % BR",
        "visits and acts 140% with OPTAM, 120% without",
    ),
    ("OPTAM/OPTAM-CO : 220 %, non OPTAM/OPTAM-CO : 200 %", "visits and acts 220% with OPTAM, 200% without"),
    ("Médecins signataires 200 %, non signataires 170 %", "visits and acts 200% with OPTAM, 170% without"),
    (
        "Médecins adhérents au dispositif DPTAM 220 %, médecins non signataires d’un DPTAM 150 %",
        "visits and acts 220% with OPTAM, 150% without",
    ),
    # on top of the patient's share or of the whole tariff
    ("TM", "visits and acts 100%"),
    ("100 % du ticket modérateur", "visits and acts 100%"),
    ("TM + 50 % BR", "visits and acts 150% with OPTAM, 130% without"),
    ("TM + 100%", "visits and acts 200% with OPTAM, 180% without"),
    ("100 % BR + 50 % BR", "visits and acts 150% with OPTAM, 130% without"),
    ("Spécialistes OPTAM : TM + 120 % BR, non OPTAM : TM + 80 % BR", "visits and acts 220% with OPTAM, 180% without"),
    ("100 % TM + 80 % BR DPTAM, 60 % BR non DPTAM", "visits and acts 180% with OPTAM, 160% without"),
    ("DPTAM : TM + 80 % BR, non DPTAM : 60 % BR", "visits and acts 180% with OPTAM, 160% without"),
    # the whole price
    ("100% frais réels", "visits and acts the whole price with OPTAM, 200% without"),
    ("100% des frais réels", "visits and acts the whole price with OPTAM, 200% without"),
    ("OPTAM 100 % FR, hors OPTAM 130 %", "visits and acts the whole price with OPTAM, 130% without"),
    # other care, alone or beside
    ("Prothèses dentaires : TM + 200 % BR", f"{BY_LAW}, teeth 300%"),
    ("verre 120 €, monture 100 €", f"{BY_LAW}, frame €100.00, one lens €120.00"),
    ("Radiologie 150 % ; consultations 100 %", "visits 100%, technical acts 150% with OPTAM, 130% without"),
    ("Consultations 150 %, yoga 50 %", "visits and acts 150% with OPTAM, 130% without"),
]
NOT_COUNTED = {"Consultations 150 %, yoga 50 %": ["yoga 50 %"]}
REFUSED = [
    ("50 % des dépassements", "A part of the overruns"),
    ("100% BR + 50% dépassements", "A part of the overruns"),
    ("TM + 100 % des dépassements d’honoraires", "A part of the overruns"),
    ("80 % des frais réels", "A part of the overruns or of the price"),
    ("80%", "Does 80% come on top of the part of the Sécu? Then write the sum: for a visit refunded at 70%, 150%"),
    ("80% BR", "Does 80% come on top"),
    ("Consultations OPTAM 120 %, hors OPTAM 20 %", "Does 20% come on top"),
    ("dents 80 %", "Does 80% come on top"),
    ("70 % en plus de la Sécu", "Percentages hold the part of the Sécu here"),
    ("Sécu + 100 %", "“Sécu + 100%” is written 170%"),
    ("100 % + 30 €", "Percentages hold the part of the Sécu here"),
    ("150 % et 10 € par consultation", "A sum in euros is counted here only for"),
    ("30 € par consultation", "A sum in euros is counted here only for"),
    ("généraliste 150 %, spécialiste 200 %", "There are several levels for visits"),
    ("150 % à 200 %", "There are several levels for visits"),
    ("150 % hors OPTAM", "The level without OPTAM stands alone"),
    ("Honoraires médecins non signataires 250 %", "The level without OPTAM stands alone"),
    ("Honoraires médecins non signataires d’un DPTAM 250 %", "The level without OPTAM stands alone"),
    ("100 % TM + 80 % BR DPTAM, 60 % des frais réels non DPTAM", "A part of the overruns or of the price"),
    ("yoga 150 %", "“yoga” is known here neither as a visit"),
    ("consultation de sophrologue 150 %", "“sophrologue” is known here neither"),
    ("ostéopathie 300 %", "“ostéopathie” is known here neither"),
    ("good", "Write it in percentages of the tariff"),
]


@pytest.mark.parametrize(("line", "said"), UNDERSTOOD)
def test_a_line_is_understood(line: str, said: str) -> None:
    found = read_contract(line)
    assert found is not None
    assert guarantees(found, "en") == said
    assert not_counted(line) == NOT_COUNTED.get(line, [])


@pytest.mark.parametrize(("line", "why"), REFUSED)
def test_a_line_is_refused_with_how_to_write_it(line: str, why: str) -> None:
    assert read_contract(line) is None
    words = how_to_write(line)
    assert why in words["en"]
    assert re.search("[Éé]cri", words["fr"]), "and how to write it"


def test_all_that_a_contract_of_the_list_guarantees_is_said() -> None:
    """Beside its name, on every face: what is not said would change an amount in silence."""
    by_law = {"label", "responsable", "cent_pour_cent_sante", "forfait_journalier"}
    for name, contract in library().items():
        for field in contract.keys() - by_law:
            without = {key: value for key, value in contract.items() if key != field}
            for lang in ("fr", "en"):
                assert guarantees(without, lang) != guarantees(contract, lang), (name, field)
    listed = CliRunner().invoke(app, ["contract", "list", "--lang", "en"]).stdout
    assert "medicines of low benefit 100%" in next(line for line in listed.splitlines() if "responsable_150" in line)
