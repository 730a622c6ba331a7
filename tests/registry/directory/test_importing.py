"""The national file in its own layout: what is united, mapped, refused, guarded, ended; and the commands."""

import gzip
import json
import zipfile
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner

from parcours.cli.directory import app
from parcours.registry.declarations.gone import gone_twice, propose_gone
from parcours.registry.demo.directory_files import HEADER, Maker, write_rpps
from parcours.registry.demo.directory_others import SOURCES, write_directory
from parcours.registry.demo.fictitious import fictitious_finess, fictitious_rpps
from parcours.registry.directory import service as directory
from parcours.registry.directory.ask import answer, read
from parcours.registry.directory.cards import card_of, cards
from parcours.registry.directory.claims import claims_of, expiry, forget_contacts, state
from parcours.registry.directory.communes import load_communes
from parcours.registry.directory.importing.finess import from_lambert_93, from_utm
from parcours.registry.directory.importing.others import run_other
from parcours.registry.directory.importing.run import GUARDS, Asked, run
from parcours.registry.directory.models import (
    ClaimSource,
    Commune,
    Import,
    Offer,
    OldCommune,
    OppositionScope,
    Organisation,
    Postcode,
    Practice,
    Professional,
)
from parcours.registry.directory.offers import BUCKETS
from parcours.registry.directory.oppositions import oppose
from parcours.registry.directory.places import communes_of, deficit_zone_on
from parcours.registry.errors import Conflict, Invalid
from parcours.registry.store.clock import paris_today

TITLE = "|".join(HEADER) + "|"
FIRST_DAY, SECOND_DAY = date(2026, 11, 1), date(2026, 11, 8)
NO_GUARD = dict.fromkeys(GUARDS, 100)
TOURS, OREE, PARIS = "37261", "49126", ("75056", "75111", "75116")


@pytest.fixture
def country(database):
    """A database with a handful of communes."""
    with database.writing() as session:
        for code, name, mother, latitude, longitude in (
            (TOURS, "Tours", None, 4_739_000, 69_000),
            ("37122", "Joué-lès-Tours", None, 4_735_000, 66_000),
            (OREE, "Orée d'Anjou", None, 4_733_000, -130_000),
            ("75056", "Paris", None, 4_886_000, 234_000),
            ("75111", "Paris 11e Arrondissement", "75056", 4_886_000, 238_000),
            ("75116", "Paris 16e Arrondissement", "75056", 4_886_000, 227_000),
        ):
            position = {"latitude_e5": latitude, "longitude_e5": longitude}
            session.add(Commune(code=code, name=name, department=code[:2], mother_code=mother, **position))
        session.flush()
        for postcode, code in (("37000", TOURS), ("37300", "37122"), ("75011", "75111"), ("75116", "75116")):
            session.add(Postcode(postcode=postcode, commune_code=code))
        session.add(OldCommune(code="49069", name="Champtoceaux", commune_code=OREE))
    return database


def row(rank=1, **said):
    """A line of the file, its fields by name."""
    rpps = fictitious_rpps(rank)
    usual = {
        "Type d'identifiant PP": "8", "Identifiant PP": rpps, "Nom d'exercice": f"EXEMPLE{chr(65 + rank % 26)}",
        "Prénom d'exercice": "CAMILLE", "Code profession": "10", "Code catégorie professionnelle": "C",
        "Code savoir-faire": "SM54", "Code mode exercice": "L", "Identifiant technique de la structure": f"R{rank}",
        "Raison sociale site": "CABINET EXEMPLE", "Code postal (coord. structure)": "37000",
        "Code commune (coord. structure)": TOURS, "Libellé commune (coord. structure)": "TOURS",
        "Libellé rôle": "Titulaire", "Code genre activité": "GENR01",
    }  # fmt: skip
    every = usual | said
    return "|".join(every.get(name, "") for name in HEADER) + "|"


@pytest.fixture
def imported(country, tmp_path):
    def take(*rows, on=FIRST_DAY, header=TITLE, **more):
        path = tmp_path / "PS_LibreAcces.txt"
        path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
        return run(country, replace(Asked(path, on), **more))

    return take


def found(database, **filters):
    with database.reading() as session:
        asked = read(session, filters)
        return cards(session, answer(session, asked).items, asked.query.where, asked.query.day)


# --- DIR-01 ----------------------------------------------------------------------------------------------------------


def test_one_professional_on_several_lines(country, imported):
    place_b = {"Identifiant technique de la structure": "RB", "Code commune (coord. structure)": "37122"}
    counts = imported(
        row(**{"Téléphone (coord. structure)": "02 99 00 00 01"}),
        row(**{"Libellé rôle": "Collaborateur", "Téléphone (coord. structure)": "0299000002"}),
        row(**place_b),
        row(**{"Code savoir-faire": "SM18"}),
    )
    assert (counts["rows"], counts["new"]) == (4, 3)
    (card,) = found(country, place="Tours")
    assert [one.commune.name for one in card.places] == ["Tours", "Joué-lès-Tours"]
    assert card.places[0].functions == ("collaborateur", "titulaire")
    assert {one.value for one in card.places[0].said["phone"]} == {"0299000001", "0299000002"}
    assert [one.professional.id for one in found(country, place="Tours", specialty="geriatrie")] == [
        card.professional.id
    ]
    with country.reading() as session:
        assert session.scalar(select(func.count()).select_from(Practice)) == 2
        assert session.scalar(select(func.count()).select_from(Professional)) == 1


# --- DIR-04 and DIR-06 -----------------------------------------------------------------------------------------------


def test_old_codes_and_arrondissements(country, imported):
    code, name, postcode = (f"{one} (coord. structure)" for one in ("Code commune", "Libellé commune", "Code postal"))
    counts = imported(
        row(1, **{code: "49069", name: "CHAMPTOCEAUX", postcode: "49270"}),
        row(2, **{code: "75056", name: "PARIS", postcode: "75011"}),
        row(3, **{code: "", name: "TOURS CEDEX 1", postcode: "37000"}),
        row(4, **{code: "00000", name: "NULLE PART", postcode: "99999"}),
        guards=NO_GUARD,
    )
    assert (counts["new"], counts["mapped_commune"], counts["refused:commune"]) == (3, 2, 1)
    with country.reading() as session:
        places = {one.external_id: one for one in session.scalars(select(Organisation))}
    assert (places["R1"].commune_code, places["R1"].source_commune) == (OREE, "49069")
    assert places["R2"].commune_code == "75111"
    assert (places["R3"].commune_code, places["R3"].source_commune) == (TOURS, None)
    assert [one.places[0].commune.code for one in found(country, place="75116", radius="10")] == ["75111"]


def test_what_is_refused_and_what_offers_nothing(country, imported):
    counts = imported(
        row(1),
        row(2, **{"Identifiant PP": "10003461033"}),
        row(3, **{"Code catégorie professionnelle": "E"}),
        row(4, **{"Identifiant technique de la structure": ""}),
        row(5, **{"Code profession": "86"}),
        row(6, **{"Code genre activité": "GENR02"}),
        row(7, **{"Raison sociale site": 'CABINET\r"EXEMPLE'}),
        "8|too|short",
        guards=NO_GUARD,
    )
    refused = {what: count for what, count in counts.items() if ":" in what}
    assert refused == {
        "refused:rpps": 1, "refused:short_line": 1, "ignored:student": 1, "ignored:no_place": 1,
        "ignored:profession": 1, "ignored:not_care": 1,
    }  # fmt: skip
    assert counts["new"] == 2
    with country.reading() as session:
        assert session.scalar(select(Organisation.name).where(Organisation.external_id == "R7")) == 'CABINET "EXEMPLE'


def test_columns_are_found_by_name(country, imported):
    renamed = "|".join(HEADER).replace("Libellé rôle", "Libellé fonction") + "|"
    assert imported(row(), header=renamed)["new"] == 1
    other = renamed.replace("Identifiant PP", "Numéro", 2)
    with pytest.raises(Invalid, match="Identifiant PP"):
        imported(row(2), header=other)
    assert imported(row(), row(2), header=other, given={"rpps": "Numéro"})["new"] == 1
    with pytest.raises(Invalid, match="no such column"):
        imported(row(), given={"nosuch": "x"})


# --- DIR-07 ----------------------------------------------------------------------------------------------------------


def test_a_truncated_file_stops_and_changes_nothing(country, imported):
    everybody = [row(rank) for rank in range(20)]
    imported(*everybody)
    before = [one.professional.id for one in found(country, place="Tours", limit="50")]
    with pytest.raises(Conflict, match=r"40 % of gone \(at most 5 %\)"):
        imported(*everybody[:12], on=SECOND_DAY)
    assert [one.professional.id for one in found(country, place="Tours", limit="50")] == before
    counts = imported(*everybody[:12], on=SECOND_DAY, accept=True)
    assert (counts["gone"], counts["same"]) == (8, 12)
    assert len(found(country, place="Tours", limit="50")) == 12
    with country.reading() as session:
        assert session.scalar(select(func.count()).select_from(Professional)) == 20
        ended = select(func.count()).select_from(Practice).where(Practice.superseded_at.is_(None))
        assert session.scalar(ended.where(Practice.ends_on == SECOND_DAY)) == 8
        assert session.scalar(select(func.count()).select_from(Offer).where(Offer.ends_on == SECOND_DAY)) == 8
        assert [one.accepted for one in session.scalars(select(Import).order_by(Import.recorded_at))] == [False, True]
    assert imported(*everybody, on=date(2026, 11, 15))["new"] == 8
    assert len(found(country, place="Tours", limit="50")) == 20


def test_a_second_run_changes_nothing_and_a_change_is_one(country, imported):
    rows = [row(rank) for rank in range(10)]
    imported(*rows)
    assert imported(*rows, on=SECOND_DAY)["same"] == 10
    rows[3] = row(3, **{"Nom d'exercice": "AUTREMENT", "Téléphone (coord. structure)": "0299000003"})
    assert imported(*rows, on=SECOND_DAY)["changed"] == 1
    (card,) = found(country, q="autrement")
    assert card.places[0].said["phone"][0].value == "0299000003"
    assert card.professional.id not in {one.professional.id for one in found(country, q="exempled")}


# --- DIR-08 ----------------------------------------------------------------------------------------------------------


def test_an_opposition_outlives_imports(country, imported):
    lines = [row(rank, **{"Téléphone (coord. structure)": "0299000001"}) for rank in (1, 2)]
    imported(*lines)
    with country.writing() as session:
        one, other = (directory.get_professional(session, fictitious_rpps(rank)) for rank in (1, 2))
        oppose(session, one, OppositionScope.CONTACT)
        oppose(session, other, OppositionScope.ALL)
    changed = [line.replace("0299000001", "0299000009") for line in lines]
    moved = changed[1].replace("|R2|", "|R2B|")
    imported(changed[0], moved, on=SECOND_DAY, accept=True)
    (card,) = found(country, place="Tours")
    assert card.professional.id == one.id
    assert "phone" not in card.places[0].said
    with country.reading() as session:
        assert card_of(session, directory.get_professional(session, fictitious_rpps(2)), paris_today()) is None


# --- wrapped, interrupted, lenient -----------------------------------------------------------------------------------


@pytest.mark.parametrize("wrap", ["zip", "gz", "mark"])
def test_a_file_is_read_as_it_is_published(country, tmp_path, wrap):
    """A zip of three members, gzip, a byte order mark and ends of lines of another system."""
    text = "\r\n".join((TITLE, row(1), row(2))) + "\r\n"
    path = tmp_path / {"zip": "annuaire.zip", "gz": "PS.txt.gz", "mark": "PS.txt"}[wrap]
    if wrap == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("PS_LibreAcces_Dipl_AutExerc_1.txt", "other")
            archive.writestr("PS_LibreAcces_Personne_activite_1.txt", text)
    else:
        data = text.encode("utf-8-sig")
        path.write_bytes(gzip.compress(data) if wrap == "gz" else data)
    assert run(country, Asked(path, FIRST_DAY))["new"] == 2


def test_an_interrupted_import_is_run_again(country, tmp_path):
    path = tmp_path / "PS.txt"
    path.write_text("\n".join((TITLE, *(row(rank) for rank in range(1, 41)))) + "\n", encoding="utf-8")

    def stop(done, _all):
        if done == BUCKETS // 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(country, Asked(path, FIRST_DAY), stop)
    counts = run(country, Asked(path, FIRST_DAY))
    assert counts["same"] + counts["new"] == 40
    assert counts["same"] > 0 < counts["new"]
    assert run(country, Asked(path, FIRST_DAY))["same"] == 40
    with country.reading() as session:
        assert session.scalar(select(func.count()).select_from(Import)) == 2


def test_a_wrong_check_digit_is_taken_only_when_somebody_says_so(country, imported):
    wrong = {"Identifiant PP": "10003461033"}
    assert imported(row(1), row(2, **wrong), guards=NO_GUARD)["refused:rpps"] == 1
    assert imported(row(1), row(2, **wrong), strict=False, on=SECOND_DAY, accept=True)["new"] == 1


# --- what is gone -----------------------------------------------------------------------------------------------------


def test_gone_twice_in_a_row_is_proposed_and_contacts_are_erased_a_year_later(country, imported):
    """Nobody is deleted: a practice ends, a departure is proposed at the second absence, contacts go after a year."""
    phone = {"Téléphone (coord. structure)": "0299000001"}
    imported(row(1), row(2, **phone), row(3))
    with country.reading() as session:
        assert gone_twice(session) == []
    imported(row(1), row(3), on=SECOND_DAY, accept=True)
    with country.reading() as session:
        assert gone_twice(session) == [], "once may be a mistake of a file"
        practice = session.scalars(select(Practice).where(Practice.ends_on.is_not(None))).one()
        assert practice.ends_on == SECOND_DAY
    imported(row(1), row(3), on=date(2026, 11, 15))
    with country.writing() as session:
        ((left, on),) = gone_twice(session)
        assert (left.rpps, on) == (fictitious_rpps(2), SECOND_DAY)
        assert propose_gone(session) == (1, 0)
        assert left.ceased_on == SECOND_DAY
        assert gone_twice(session) == []
    with country.writing() as session:
        assert forget_contacts(session, date(2027, 11, 1)) == 0
        assert forget_contacts(session, date(2027, 11, 30)) == 1
        assert session.scalar(select(func.count()).select_from(Professional)) == 3


def test_a_stronger_word_stays_through_every_import_and_the_file_is_not_lost(country, imported):
    imported(row(1, **{"Téléphone (coord. structure)": "0299000001"}))
    with country.writing() as session:
        one = directory.get_professional(session, fictitious_rpps(1))
        state(session, one.id, {"phone": "0299000007"}, ClaimSource.PROFESSIONAL, on=FIRST_DAY)
    imported(row(1, **{"Téléphone (coord. structure)": "0299000002"}), on=SECOND_DAY, accept=True)
    with country.reading() as session:
        card = card_of(session, one, SECOND_DAY)
        assert [said.value for said in card.places[0].said["phone"]] == ["0299000007"]
        every = claims_of(session, [one.id], SECOND_DAY)[one.id]
        assert {(claim.source.value, claim.value) for claim in every} == {
            ("professional", "0299000007"), ("import", "0299000002"),
        }  # fmt: skip


@pytest.mark.parametrize(
    ("attribute", "months"),
    [("accepts_adults", 6), ("accepts_children", 6), ("fee_1", 12), ("teleconsultation", 24), ("language", 24)],
)
def test_what_is_said_counts_for_so_long(attribute, months):
    day = date(2026, 1, 15)
    ends = expiry(attribute, day)
    assert (ends.year - day.year) * 12 + ends.month - day.month == months
    assert expiry(attribute, date(2026, 8, 31)).day == 28, "no month is too short"


# --- the other files -------------------------------------------------------------------------------------------------


@pytest.fixture
def other(country, tmp_path):
    def take(source, text, on=FIRST_DAY, **more):
        path = tmp_path / f"{source}.csv"
        path.write_text(text, encoding="utf-8")
        return run_other(country, source, replace(Asked(path, on), **more))

    return take


def test_sectors_and_carte_vitale_of_the_former_file_of_the_fund(country, imported, other):
    imported(row(1), row(2), row(3), row(4, **{"Nom d'exercice": "EXEMPLEB"}))
    line = "F;{name};CAMILLE;;;;1 RUE;37000;TOURS;;45;1;1;{sector};{optam};O;G__;1;30.0;30.0;30.0"
    lines = [
        line.format(name="EXEMPLEC", sector="c3", optam="O"), line.format(name="EXEMPLEC", sector="c3", optam="O"),
        line.format(name="EXEMPLED", sector="c1", optam="N"), line.format(name="EXEMPLEB", sector="c1", optam="N"),
    ]  # fmt: skip
    counts = other("ameli", "\n".join(lines))
    assert (counts["new"], counts["ignored:nobody_or_several"]) == (2, 1)
    (card,) = found(country, place="Tours", sector="secteur_2_optam")
    assert card.professional.family_name == "EXEMPLEC"
    assert len(found(country, place="Tours", carte_vitale="true")) == 2
    assert other("ameli", "\n".join(lines), on=SECOND_DAY)["same"] == 2


def test_the_new_file_of_the_fund_is_read_by_a_map_and_refused_without(country, imported, other):
    imported(row(1))
    text = f"id_ps|nom|prenom|code_postal|commune|secteur|optam|carte_vitale\n{fictitious_rpps(1)}|X|Y|||c3|N|N\n"
    with pytest.raises(Invalid, match="convention"):
        other("ameli", text)
    assert other("ameli", text, given={"convention": "secteur", "rpps": "id_ps"})["new"] == 1
    (card,) = found(country, place="Tours")
    assert card.sector == "secteur_2"


def test_a_file_of_the_fund_ends_what_it_changes_and_leaves_what_the_professional_said(country, imported, other):
    imported(*(row(rank) for rank in range(1, 5)))
    header = "rpps;nom;prenom;code_postal;commune;convention;optam;carte_vitale;carte_vitale_app"
    line = "{rpps};X;Y;;;{sector};N;{vitale};O"

    def text(sector, vitale):
        lines = [line.format(rpps=fictitious_rpps(rank), sector=sector, vitale=vitale) for rank in range(1, 5)]
        return "\n".join((header, *lines, lines[0], line.format(rpps=fictitious_rpps(99), sector="c1", vitale="O")))

    counts = other("ameli", text("c1", "O"))
    assert (counts["new"], counts["ignored:nobody_or_several"], counts["rows"]) == (4, 1, 6)
    with country.writing() as session:
        said = directory.get_professional(session, fictitious_rpps(1))
        state(session, said.id, {"carte_vitale": "yes"}, ClaimSource.PROFESSIONAL, on=FIRST_DAY)
    with pytest.raises(Conflict):
        other("ameli", text("c3", "N"), on=SECOND_DAY)
    assert len(found(country, place="Tours", sector="secteur_1")) == 4
    counts = other("ameli", text("c3", "N"), on=SECOND_DAY, accept=True)
    assert (counts["standing"], counts["changed"], counts["new"]) == (4, 4, 0)
    assert len(found(country, place="Tours", sector="secteur_2")) == 4
    (kept,) = found(country, place="Tours", carte_vitale="true")
    assert kept.professional.id == said.id
    with country.reading() as session:
        assert directory.convention_on(session, said.id, FIRST_DAY).convention == "secteur_1"
        assert directory.convention_on(session, said.id, SECOND_DAY).convention == "secteur_2"
        other_one = directory.get_professional(session, fictitious_rpps(2))
        shown = card_of(session, other_one, SECOND_DAY).places[0].said
        assert [(one.value, one.observed_on) for one in shown["carte_vitale"]] == [("no", SECOND_DAY)]
        assert shown["carte_vitale_app"][0].value == "yes"
    assert other("ameli", text("c3", "N"), on=SECOND_DAY)["same"] == 4


def test_zones_are_dated_and_the_whole_zoning_is_replaced(country, other):
    first = "code_commune;zonage;decision\n37261;ZIP;ARS 2025-1\n37122;ZAC;ARS 2025-1\n49069;HZ;ARS 2025-1\n"
    assert other("zones", first)["new"] == 2
    assert other("zones", first)["same"] == 2
    counts = other("zones", "code_commune;zonage\n37122;ZIP\n", on=SECOND_DAY)
    assert (counts["gone"], counts["changed"]) == (1, 1)
    with country.reading() as session:
        assert deficit_zone_on(session, TOURS, FIRST_DAY).decision == "ARS 2025-1"
        assert deficit_zone_on(session, TOURS, SECOND_DAY) is None
        assert deficit_zone_on(session, "37122", FIRST_DAY) is None
        assert deficit_zone_on(session, "37122", SECOND_DAY).kind.value == "zip"
    with pytest.raises(Conflict):
        other("zones", "code_commune;zonage\n00000;ZIP\n")


def test_an_establishment_is_entered_and_placed(country, other):
    number = fictitious_finess(1)
    place = ["structureet", number, "", "CENTRE DE SANTE EXEMPLE", "", "", "", "1", "R", "EXEMPLE", "", "", "261", "37"]
    place += ["", "37000 TOURS", "", "", "124", "Centre"]
    where = ["geolocalisation", number, "525800.0", "6701800.0", "1,ATLASANTE,100,IGN,BD_ADRESSE,V2.1,LAMBERT_93"]
    counts = other("finess", "\n".join((";".join(place), ";".join(where))))
    assert (counts["new"], counts["located"]) == (1, 1)
    with country.reading() as session:
        row = session.scalars(select(Organisation)).one()
        assert (row.kind.value, row.commune_code, row.precision.value) == ("centre_de_sante", TOURS, "house")
    assert from_lambert_93(652_469, 6_862_035) == pytest.approx((4_885_660, 235_220), abs=60)
    assert from_utm(500_000, 0, -63, 0) == (0, -6_300_000)
    assert from_utm(338_000, 7_690_000, 57, 10_000_000) == pytest.approx((-2_088_080, 5_544_330), abs=300)


def test_an_establishment_places_who_works_there_whichever_file_comes_first(country, imported, other):
    """A health centre of both files is one place; a second structure of the same number stays another one (a sale)."""
    number = fictitious_finess(1)
    place = ["structureet", number, "", "CENTRE DE SANTE EXEMPLE", "", "", "", "1", "R", "EXEMPLE", "", "", "261", "37"]
    place += ["", "37000 TOURS", "", "", "124", "Centre"]
    where = ["geolocalisation", number, "525800.0", "6701800.0", "1,ATLASANTE,100,IGN,BD_ADRESSE,V2.1,LAMBERT_93"]
    text = "\n".join((";".join(place), ";".join(where)))
    there = {"Numéro FINESS site": number}
    imported(row(1, **there), row(2, **there))
    assert other("finess", text)["located"] == 1
    assert sorted(one.places[0].about for one in found(country, at="47.39,0.69")) == [False, True]
    more = [row(rank, **there | {"Identifiant technique de la structure": f"R{rank - 2}"}) for rank in (3, 4)]
    imported(row(1, **there), row(2, **there), *more, on=SECOND_DAY)
    assert sorted(one.places[0].about for one in found(country, at="47.39,0.69")) == [False, False, True, True]


def test_a_place_that_finess_entered_first_is_the_one_of_the_national_file(country, imported, other):
    number = fictitious_finess(2)
    place = ["structureet", number, "", "MAISON EXEMPLE", "", "", "", "1", "R", "EXEMPLE", "", "", "261", "37"]
    place += ["", "37000 TOURS", "", "", "603", "Maison"]
    other("finess", ";".join(place))
    imported(row(1, **{"Numéro FINESS site": number}))
    with country.reading() as session:
        only = session.scalars(select(Organisation)).one()
        assert (only.external_id, only.kind.value, only.finess) == ("R1", "maison_de_sante", number)


def test_communes_of_another_list(country, other):
    header = "code_insee,nom,codes_postaux,departement,region,population,latitude,longitude,source,commune_mere"
    counts = other("communes", f"{header}\n37003,Amboise,37400,37,24,12900,47.41,0.98,x,\n")
    assert (counts["rows"], counts["new"]) == (1, 1)
    with country.reading() as session:
        assert [one.name for one in communes_of(session, "37400")] == ["Amboise"]


# --- the generator, and the commands ---------------------------------------------------------------------------------


def test_the_file_is_the_same_for_a_seed_and_has_the_quirks(tmp_path):
    one, other = tmp_path / "one.txt", tmp_path / "other.txt"
    assert write_rpps(one, 400, seed=3) == write_rpps(other, 400, seed=3) == 400
    text = one.read_bytes().decode()
    assert text == other.read_bytes().decode()
    lines = text.split("\n")[:-1]
    assert {line.count("|") for line in lines} == {56}
    assert len(lines) == 401
    assert all(sign in text for sign in ("\r", '"', "CEDEX", "LEBŒUF", "Collaborateur"))
    assert len(Maker().towns) > 30_000


def test_every_layout_is_invented_the_same_for_a_seed_and_imports(country, other, tmp_path):
    """Each generator writes what its import reads, with its quirks: the counts say which."""
    with country.writing() as session:
        load_communes(session)
    texts = {}
    for source in SOURCES:
        one, again = tmp_path / "one.txt", tmp_path / "again.txt"
        write_directory(source, one, 600, seed=3)
        write_directory(source, again, 600, seed=3)
        texts[source] = one.read_bytes().decode()
        assert texts[source] == again.read_bytes().decode()
    national = tmp_path / "rpps.txt"
    national.write_bytes(texts["rpps"].encode())
    counts = run(country, Asked(national, FIRST_DAY))
    assert counts["new"] > 500
    assert not any(count for what, count in counts.items() if what.startswith("refused:"))
    quirks = {
        "ameli": ("new", "refused:convention"), "ameli_former": ("changed", "ignored:nobody_or_several"),
        "finess": ("new", "located"), "communes": ("same",), "zones": ("new",),
    }  # fmt: skip
    for source, expected in quirks.items():
        counts = other(source.removesuffix("_former"), texts[source], guards=NO_GUARD, on=SECOND_DAY)
        assert all(counts[what] for what in expected), (source, counts)
        assert counts["refused:commune"] == counts["refused:finess"] == counts["refused:position"] == 0


def test_the_commands(country, imported, tmp_path, database_url):
    def run_command(*args):
        return CliRunner().invoke(app, [*args, "--database", database_url, "--lang", "en"])

    path = tmp_path / "file.txt"
    path.write_text("\n".join(("|".join(HEADER) + "|", row(), row(2))) + "\n", encoding="utf-8")
    done = run_command("import", str(path), "--snapshot", "2026-11-01")
    assert done.stdout.startswith("2 new offers")
    listed = run_command("search", "place=Tours", "specialty=generaliste")
    assert "EXEMPLEB CAMILLE" in listed.stdout
    page = json.loads(run_command("search", "place=Tours", "accepts=adults", "--json").stdout)
    assert (page["items"], page["unknown"]) == ([], 2)
    refused = run_command("search", "proche_de=44.8,-0.6", "specialty=generaliste")
    assert refused.exit_code == 2
    assert "proche_de" in refused.stderr
    assert not refused.stdout
    assert run_command("import", str(tmp_path / "none.txt")).exit_code == 2
    assert run_command("import", str(path), "--source", "nosuch").exit_code == 2
