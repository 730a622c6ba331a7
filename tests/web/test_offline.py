"""The pages that can be kept on a device: each answers, and none is somebody's."""

import json

import pytest

from parcours.text import LANGS
from tests.web.pages import PATHS


@pytest.mark.parametrize("lang", LANGS)
def test_every_page_that_is_kept_answers_and_is_the_same_for_everybody(client, lang):
    page = client.get(f"/offline?lang={lang}")
    kept = json.loads(page.text.split('data-offline-pages="')[1].split('"')[0].replace("&#34;", '"'))
    assert f"/emergency?lang={lang}" in kept
    for address in kept:
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert "public" in answer.headers["Cache-Control"], address


def test_the_worker_is_asked_for_again_each_time_and_answers_for_the_whole_site(client):
    answer = client.get("/worker.js")
    assert (answer.headers["Cache-Control"], answer.headers["Content-Type"]) == (
        "no-cache",
        "text/javascript; charset=utf-8",
    )


def test_the_page_is_among_those_that_every_test_walks():
    assert "/offline" in PATHS
