"""Every sentence of an error follows `Accept-Language`: no English reaches a French answer."""

import pytest

from tests.house.test_texts import FOREIGN, words

V1 = "/api/v1"
SENTENCES = ("title", "detail", "message", "allowed", "given")


def sentences(content):
    """Every sentence of a problem, by its place."""
    for name, value in content.items():
        if name in SENTENCES and isinstance(value, str):
            yield name, value
    for entry in content.get("errors", ()):
        yield from sentences(entry)


FACTS = {"care_date": "2026-06-15", "age": 40, "specialty": "generaliste", "convention": "secteur_1", "fee": 30}
CONTRACT = {"responsable": True, "consultation_pct_br": -3}
REFUSED = {
    "wrong fact": ("alice", "POST", "/settle", {"facts": {**FACTS, "fee": "-"}}),
    "missing fact": ("alice", "POST", "/settle", {"facts": FACTS}),
    "wrong contract": ("alice", "POST", "/settle", {"facts": {**FACTS, "contract": CONTRACT}}),
    "no such guarantee": ("alice", "POST", "/settle", {"facts": {**FACTS, "contract": {"zzz": 1}}}),
    "day without law": ("alice", "POST", "/settle", {"facts": {**FACTS, "care_date": "1999-01-01"}}),
    "unknown reading": ("alice", "POST", "/settle", {"facts": FACTS, "readings": {"zzz": "a"}}),
    "no object": ("alice", "POST", "/settle", []),
    "no such field": ("alice", "POST", "/settle", {"zzz": 1}),
    "no receipt": ("alice", "POST", "/receipts/replay", {"zzz": 1}),
    "unknown parameter": ("alice", "GET", "/law/parameters/zzz", None),
    "missing field": ("alice", "POST", "/declarations", {}),
    "unknown value": (
        "alice",
        "POST",
        "/declarations",
        {"patient_id": "{alice}", "professional_id": "{zola}", "route": "z"},
    ),
    "already the doctor": ("alice", "POST", "/declarations", {"patient_id": "{alice}", "professional_id": "{amar}"}),
    "forbidden": ("alice", "POST", "/declarations", {"patient_id": "{nora}", "professional_id": "{zola}"}),
    "not found": ("alice", "GET", "/people/{zoe}", None),
    "no version": ("alice", "POST", "/declarations/{declaration}/end", {"reason": "patient"}),
    "not logged in": ("anonymous", "GET", "/people/{alice}", None),
    "wrong number": ("officer", "POST", "/people/search", {"nir": "1 23"}),
    "no such path": ("alice", "GET", "/zzz", None),
}


@pytest.mark.parametrize("name", REFUSED)
def test_an_error_is_in_the_language_asked_for(as_user, country, name):
    who, method, path, body = REFUSED[name]
    ids = {key: value for key, value in vars(country).items() if isinstance(value, str)}
    if isinstance(body, dict) and "facts" not in body:
        body = {key: value.format(**ids) if isinstance(value, str) else value for key, value in body.items()}
    client, said = as_user(who), {}
    for lang in ("fr", "en"):
        answer = client.request(method, V1 + path.format(**ids), json=body, headers={"Accept-Language": lang})
        assert answer.status_code >= 400, answer.text
        assert answer.headers["content-language"] == lang
        said[lang] = list(sentences(answer.json()))
        for place, sentence in said[lang]:
            assert not words(sentence) & FOREIGN[lang], (place, sentence)
    assert said["fr"] != said["en"]
