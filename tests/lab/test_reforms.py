"""Reforms as data: what a file may say, what is refused and how, and what each known reform must show on a sample."""

import pytest

from parcours.engine.batch.supposed import PLACE
from parcours.errors import ParcoursError
from parcours.lab.hooks import HOOKS
from parcours.lab.reform import find_reforms, known_reforms, plan_of, read_text, reforms_of
from parcours.lab.say import NO_EFFECT, sentences
from parcours.lab.study import Study, payers, study
from parcours.lab.tables import items, steps, tables
from parcours.lab.world import World, world_of
from parcours.rules.hypotheses import NEUTRAL

YEAR, PEOPLE, SEED = 2025, 3000, 7
PF = "participation_forfaitaire."


@pytest.fixture(scope="module")
def world() -> World:
    return world_of(PEOPLE, YEAR, SEED, c2s_for_all=True)


@pytest.fixture(scope="module")
def studies(world: World) -> dict[str, Study]:
    return {name: study(world, [reform]) for name, reform in known_reforms().items()}


def change(found: Study, name: str) -> float:
    return next(row["change_eur"] for row in payers(found) if row["payer"] == name)


def item(found: Study, name: str) -> float:
    return next(row["change_eur"] for row in items(found) if row["item"] == name)


def person(found: Study, name: str) -> "object":
    return found.reformed[PLACE[name]] - found.baseline[PLACE[name]]


@pytest.mark.parametrize(
    ("text", "field", "said"),
    [
        ("changes: {participation_forfetaire.montant: 4}", "set", "participation_forfaitaire.montant"),
        ("changes: {majoration.taux: 0.4}", "majoration.taux", "30 %"),
        ("changes: {franchise.medicament: 2.005}", "franchise.medicament", "cent"),
        ("changes: {participation_forfaitaire.montant: 3}", "participation_forfaitaire.montant", "plafond_jour"),
        (f"changes: {{{PF}montant: 4, {PF}plafond_jour: 10}}", f"{PF}plafond_jour", "4.00"),
        (f"changes: {{{PF}montant: 1, {PF}plafond_jour: 4, {PF}nombre_annee: 25}}", f"{PF}nombre_annee", "50"),
        (f"changes: {{{PF}montant: 2, {PF}plafond_jour: 8, {PF}nombre_jour: 5}}", f"{PF}nombre_jour", "4"),
        ("changes: {participation_forfaitaire.montant: 0}", "participation_forfaitaire.montant", "> 0"),
        ("hook: [fee_cop]", "hook", "fee_cap"),
        ("hook: [fee_cap]", "fee_cap.max_share_of_tariff", "value"),
        ("hook: {fee_cap: {max_share_of_tariff: 11}}", "max_share_of_tariff", "share"),
        ("hook: {fee_cap: {share: 0.5}}", "fee_cap", "max_share_of_tariff"),
        ("hook: {fee_cap: 12}", "fee_cap", "max_share_of_tariff"),
        ("hook: {annual_ceiling_rac_amo: {ceiling_eur: many}}", "ceiling_eur", "euros"),
        ("hook: {annual_ceiling_rac_amo: {ceiling_eur: 450, excludes: []}}", "excludes", "depassement"),
        ("hook: {acces_direct_list: {specialties: [dermatologue]}}", "specialties", "dermatologie"),
        ("parameters: {rate: 0.9}", "parameters", "—"),
        ("change: {majoration.taux: 30 %}", "reform", "changes"),
        ("changes: [1]", "changes", "names and their values"),
        ("population: {c2s_take_up: 0.7}", "population", "1.0"),
        ("status: law", "status", "bill"),
        ("- 3", "reform", "changes"),
        ("{", "reform", ""),
        ("readings: {plafond_majoration: none}", "readings.plafond_majoration", "fiche"),
        ("tariffs: {ZZZ: 3}", "set", ""),
    ],
)
def test_what_cannot_be_is_refused_by_its_field_with_what_is_allowed(text: str, field: str, said: str) -> None:
    with pytest.raises(ParcoursError) as error:
        plan_of(read_text(text), YEAR)
    assert error.value.field == field
    assert said in str(error.value)


def test_a_value_of_the_law_that_stands_bare_is_sent_under_changes() -> None:
    with pytest.raises(ParcoursError, match="a value of the law goes under `changes`"):
        read_text("majoration.taux: 30 %")


def test_a_reform_of_one_value_needs_no_file() -> None:
    now, later = reforms_of(["majoration.taux=30%", "majoration.taux=20 %@2027-01-01"])
    assert (now.changes, later.changes) == ({"majoration.taux": "30%"}, {"majoration.taux": {"2027-01-01": "20 %"}})
    with pytest.raises(ParcoursError, match="a percentage, with its sign"):
        reforms_of(["majoration.taux=30"])


def test_an_unknown_id_proposes_the_nearest_and_a_missing_file_says_so() -> None:
    with pytest.raises(ParcoursError, match="franchises_pf_x2"):
        find_reforms(["franchise_pf_x2"])
    with pytest.raises(ParcoursError, match="no such file"):
        find_reforms(["nowhere.yaml"])


@pytest.mark.parametrize("name", list(known_reforms()))
def test_a_reform_written_as_a_file_reads_back_the_same(name: str) -> None:
    reform = known_reforms()[name]
    again = read_text(reform.as_file())
    assert plan_of(again, YEAR).digest() == plan_of([reform], YEAR).digest()
    assert again[0].label == reform.label


def test_numbers_move_with_the_amounts_they_are_tied_to() -> None:
    kept = plan_of([known_reforms()["franchises_pf_x2_caps_kept"]], YEAR)
    doubled = plan_of([known_reforms()["franchises_pf_x2"]], YEAR)
    halved = plan_of([known_reforms()["pf_1_euro"]], YEAR)
    assert [change.value for plan in (kept, doubled, halved) for change in plan.derived] == [
        "4",
        "13",
        "4",
        "25",
        "4",
        "50",
    ]


def test_every_switch_of_the_rules_is_a_hook_and_is_off_by_default() -> None:
    switches = {name for name in NEUTRAL._fields if not name.startswith("acces_direct")} | {"acces_direct_list"}
    assert set(HOOKS) == switches
    assert plan_of([], YEAR).hypotheses == NEUTRAL


NULL = (
    "",
    "changes: {majoration.taux: 40 %, participation_forfaitaire.montant: 2.00, taux.medecin: 70 %}",
    "changes: {franchise.plafond_annee: 50, participation_forfaitaire.plafond_jour: 8}",
    "hook: {taux_exoneration_ald: {rate: 1.0}, collection_mode: false}",
    "tariffs: {G: 30}",
    "changes: {majoration.taux: {2027-01-01: 10 %}}",
)


@pytest.mark.parametrize("text", NULL)
def test_a_reform_that_changes_nothing_changes_no_cell(world: World, text: str) -> None:
    found = study(world, read_text(text))
    assert (found.reformed == found.baseline).all()
    assert sentences(found, "fr")[0] == NO_EFFECT["fr"]
    for name, rows in tables(found, ["decile", "zone"]).items():
        for row in rows:
            moved = [value for key, value in row.items() if "change" in key.replace("unchanged", "")]
            assert not any(moved), name
    if "2027" in text:
        assert "2027-01-01" in " ".join(sentences(found, "en"))


@pytest.mark.parametrize("name", [name for name, reform in known_reforms().items() if reform.source.get("signs")])
def test_the_signs_of_a_reform_hold(studies: dict[str, Study], name: str) -> None:
    found, signs = studies[name], dict(known_reforms()[name].source["signs"])
    moved = {payer: change(found, payer) for payer in ("amo", "contracts", "c2s", "patients")}
    moved |= {
        "amc": moved["contracts"] + moved["c2s"],
        "advance": item(found, "advance"),
        "deferred": item(found, "deferred"),
        "majorations": item(found, "majoration"),
        "doctors": change(found, "fees"),
    }
    if name == "medecin_traitant_infirmier":  # nobody of the sample is sent by a nurse: no act to move
        assert signs == {"majorations": "-"}
        assert moved["majorations"] <= 0
        return
    for who, sign in signs.items():
        assert {"+": moved[who] > 0, "-": moved[who] < 0, "0": moved[who] == 0}[sign], (who, moved[who])


@pytest.mark.parametrize("name", list(known_reforms()))
def test_payers_add_up_to_the_fees(studies: dict[str, Study], name: str) -> None:
    found = studies[name]
    for totals in (found.baseline, found.reformed):
        assert (totals[PLACE["amo"]] + totals[PLACE["amc"]] + totals[PLACE["patient"]] == totals[PLACE["fee"]]).all()
        assert not totals[PLACE["refused"]].any()
    if name not in {"depassements_50", "tariff_g_35"}:
        assert change(found, "fees") == 0


def test_the_bounds_of_doubling(studies: dict[str, Study]) -> None:
    doubled, kept = studies["franchises_pf_x2"], studies["franchises_pf_x2_caps_kept"]
    assert (kept.change <= doubled.change).all()
    full = (kept.baseline[PLACE["participation_forfaitaire"]] >= 50_00) & (kept.baseline[PLACE["franchise"]] >= 50_00)
    assert not kept.change[full].any()
    base = doubled.baseline[PLACE["participation_forfaitaire"]] + doubled.baseline[PLACE["franchise"]]
    gives_back = person(doubled, "amc")
    assert (doubled.change + gives_back <= base).all()
    for name in ("participation_forfaitaire", "franchise"):
        assert kept.reformed[PLACE[name]].max() <= 50_00
        assert doubled.reformed[PLACE[name]].max() <= 100_00


def test_whom_a_reform_spares(world: World, studies: dict[str, Study]) -> None:
    people = world.people
    young, ald = people["age"].to_numpy() < 17, people["ald"].to_numpy(zero_copy_only=False)
    cover = people["cover"].cast("string").to_numpy(zero_copy_only=False)
    declared = people["mt"].cast("string").to_numpy(zero_copy_only=False) == "declared"
    spared = young | (cover == "c2s") | (cover == "ame")
    for name in ("franchises_pf_x2", "pf_1_euro", "article_18_plfss_2026", "franchises_pf_x2_caps_kept"):
        assert not studies[name].change[spared].any(), name
    assert not studies["sans_majoration_sans_medecin_traitant"].change[declared].any()
    assert not studies["ald_exoneree_des_franchises"].change[~ald].any()
    inside = studies["sans_majoration"].baseline[PLACE["majoration"]] == 0
    assert not studies["sans_majoration"].change[inside].any()
    narrow, wide = (
        change(studies[name], "amo") for name in ("sans_majoration_sans_medecin_traitant", "sans_majoration")
    )
    assert 0 < narrow < wide
    assert studies["bouclier_sanitaire"].reformed[PLACE["included"]].max() <= 450_00
    assert not person(studies["ticket_moderateur_40"], "patient")[cover == "c2s"].any()
    dearer = studies["ticket_moderateur_40"].change
    assert dearer[cover == "none"].any()
    assert not (dearer[cover != "none"] > 0).any(), "whoever has a contract pays no more"
    doubled, base = studies["franchises_pf_x2"], studies["franchises_pf_x2"].baseline
    visits = (base[PLACE["participation_forfaitaire"]] > 0) & (base[PLACE["franchise"]] == 0)
    twice = doubled.reformed[PLACE["participation_forfaitaire"]] == 2 * base[PLACE["participation_forfaitaire"]]
    refunds = base[PLACE["amo"]] >= base[PLACE["fee"]] * 6 // 10  # large enough to bear it
    assert twice[visits & refunds].mean() > 0.9


def test_paying_at_the_desk_moves_only_the_day(studies: dict[str, Study]) -> None:
    found = studies["paiement_au_comptoir"]
    assert not found.change.any()
    assert item(found, "advance") == -item(found, "deferred")


def test_reforms_compose_in_their_order_and_the_interaction_shows(world: World) -> None:
    one, two = known_reforms()["franchises_pf_x2"], known_reforms()["pf_1_euro"]
    last = study(world, [one, two])
    assert plan_of([one, two], YEAR).id == "franchises_pf_x2+pf_1_euro"
    assert [row.value for row in last.plan.changes if row.id.endswith("montant")] == ["4.0", "1.0"]
    rows = [row for row in steps(last) if row["payer"] == "amo"]
    total = change(last, "amo")
    assert round(sum(row["change_eur"] for row in rows), 2) == round(total, 2)
    assert any(row["interaction_eur"] for row in rows)
