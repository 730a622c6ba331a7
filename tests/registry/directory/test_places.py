"""Communes, postcodes, old codes, arrondissements: what somebody types, and what a line of a register means."""

import json

import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner

from parcours.cli.directory import app
from parcours.registry.directory.communes import load_communes
from parcours.registry.directory.models import Commune, OldCommune, Postcode
from parcours.registry.directory.near import doctors_near
from parcours.registry.directory.places import commune_of_row, communes_of
from parcours.registry.directory.where import where
from parcours.registry.errors import Invalid, Refused
from parcours.registry.identity.names import fold
from parcours.registry.store.clock import paris_today


@pytest.fixture(scope="module")
def france(shared):
    with shared.writing() as session:
        load_communes(session)
    with shared.reading() as session:
        yield session


def names(session, text):
    return [one.name for one in communes_of(session, text)]


def test_every_commune_is_there_and_a_second_run_changes_nothing(france, shared):
    assert france.scalar(select(func.count()).select_from(Commune)) == 34_924
    assert france.scalar(select(func.count(Postcode.postcode.distinct()))) == 6_190
    with shared.writing() as session:
        assert (load_communes(session).new, load_communes(session).changed) == (0, 0)
    assert france.scalar(select(func.count()).select_from(OldCommune)) == 1_992


def test_loading_again_keeps_the_postcodes_of_a_commune_that_is_not_shipped(france, shared):
    with shared.writing() as session:
        session.add(Commune(code="99901", name="Exempleville", department="99", latitude_e5=0, longitude_e5=0))
        session.flush()
        session.add(Postcode(postcode="99901", commune_code="99901"))
        session.add(Postcode(postcode="99902", commune_code="51649"))
        session.flush()
        assert load_communes(session).new == 0
        assert names(session, "99901") == ["Exempleville"]
        assert names(session, "99902") == []
        assert "Vitry-le-François" in names(session, "51300")
        session.rollback()


def test_a_postcode_is_not_a_commune(france):
    assert len(names(france, "51300")) == 46
    assert names(france, "51300")[0] == "Vitry-le-François"
    assert names(france, "51300 vitry le francois") == ["Vitry-le-François"]


def test_a_search_takes_every_commune_that_was_meant_and_chooses_none(france):
    served = where(france, "51300")
    assert len(served.communes) == 46
    assert served.approximate
    assert 0 < served.spread_km < 30
    assert [one.code for one in where(france, "75116").communes] == ["75116"]
    assert len(where(france, "paris").communes) == 20
    with pytest.raises(Invalid, match="several communes bear this name"):
        where(france, "Sainte-Colombe")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("75116", "Paris 16e Arrondissement"),
        ("75011", "Paris 11e Arrondissement"),
        ("paris 11", "Paris 11e Arrondissement"),
        ("l'hay les roses", "L'Haÿ-les-Roses"),
        ("ST OUEN SUR SEINE", "Saint-Ouen-sur-Seine"),
        ("2A004", "Ajaccio"),
        ("champtoceaux", "Orée d'Anjou"),
        ("49069", "Orée d'Anjou"),
        ("01000 BOURG EN BRESSE CEDEX", "Bourg-en-Bresse"),
    ],
)
def test_what_somebody_types(france, text, name):
    assert names(france, text)[0] == name


def test_the_whole_of_paris_is_its_arrondissements(france):
    assert {name.split()[0] for name in names(france, "paris")[:20]} == {"Paris"}
    assert "Paris" not in names(france, "paris")


def test_nothing_is_found_for_nothing(france):
    assert (
        names(france, "")
        == names(france, "cedex")
        == names(france, "99999")
        == names(france, "Nulle-Part-les-Oies")
        == []
    )


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (("49126", "", ""), "49126"),
        (("49069", "49270", "Champtoceaux"), "49126"),
        (("75056", "75011", "PARIS"), "75111"),
        (("75056", "", "PARIS"), "75056"),
        (("", "51300", "VITRY LE FRANCOIS"), "51649"),
        (("00000", "51300", "Nulle-Part"), None),
    ],
)
def test_the_commune_of_a_line_of_a_register(france, row, code):
    found = commune_of_row(france, *row)
    assert (found.code if found else None) == code


def test_a_commune_whose_centre_is_unknown_says_so(france):
    with pytest.raises(Refused, match="the centre of this commune is not known"):
        doctors_near(france, "97501", on=paris_today())


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Lebœuf", "LEBOEUF"),
        ("LEBŒUF", "LEBOEUF"),
        ("Le Boeuf", "LE BOEUF"),
        ("Éléonore d'Hautefeuille", "ELEONORE D HAUTEFEUILLE"),
        ("Nguyễn-Müller", "NGUYEN MULLER"),
        ("Straße", "STRASSE"),
        ("  L’Haÿ-les-Roses ", "L HAY LES ROSES"),
        ("16e", "16E"),
    ],
)
def test_names_fold_once_for_both_sides(text, folded):
    assert fold(text) == folded
    assert fold(fold(text)) == folded


def test_the_commands(shared, france):
    url = shared.engine.url.render_as_string(hide_password=False)
    run = CliRunner().invoke(app, ["places", "51300", "vitry", "le", "--database", url, "--json"])
    assert [one["name"] for one in json.loads(run.stdout)] == ["Vitry-le-François"]
    assert CliRunner().invoke(app, ["places", "nowhere", "--database", url, "--lang", "en"]).exit_code == 1
    run = CliRunner().invoke(app, ["communes", "--database", url, "--lang", "en"])
    assert run.stdout.strip() == "0 communes added, 0 changed, 34924 unchanged"
