"""Search over REST, a professional's own line, opposition, reports."""

V1 = "/api/v1"
ANY_VERSION = {"If-Match": "*"}
SEARCH = f"{V1}/directory/search"


def problem(response, status, code):
    assert (response.status_code, response.json()["code"]) == (status, code), response.text
    return response.text


def test_search_prices_and_refuses_by_name(as_user, country):
    client = as_user("alice")
    page = client.get(SEARCH, params={"place": "99001", "specialty": "generaliste", "limit": 2}).json()
    assert len(page["items"]) == 2
    first = page["items"][0]
    assert {one["way"] for one in first["prices"]} == {"as_medecin_traitant", "with_a_letter", "directly"}
    assert first["why"]["accepts"] == "unknown"
    assert page["communes"] == ["Exempleville"]
    following = client.get(SEARCH, params={"place": "99001", "specialty": "generaliste", "cursor": page["next"]}).json()
    ids = [one["id"] for one in (*page["items"], *following["items"])]
    assert len(ids) == len(set(ids)) > 2
    body = problem(
        client.get(SEARCH, params={"proche_de": "44.8,-0.6", "specialty": "generaliste"}), 400, "unknown_filter"
    )
    assert "proche_de" in str(body)
    assert "place" in str(body)
    problem(client.get(SEARCH, params={"place": "nowhere-at-all"}), 422, "unknown_place")


def test_a_doctor_keeps_their_line_and_opposes(as_user, country):
    doctor, card = as_user("amar"), f"{V1}/directory/professionals/{country.amar}"
    line = {"values": {"accepts_adults": "yes", "language": ["pt", "en"], "phone": "0199000001"}}
    said = doctor.put(f"{card}/line", json=line, headers=ANY_VERSION).json()
    assert {(one["attribute"], one["source"]) for one in said} >= {("accepts_adults", "professional")}
    accepting = as_user("alice").get(SEARCH, params={"place": "99001", "accepts": "adults", "language": "pt"}).json()
    (found,) = accepting["items"]
    assert found["id"] == country.amar
    assert "phone" not in {one["attribute"] for place in found["places"] for one in place["said"]}
    shown = as_user("alice").get(card).json()
    assert "phone" in {one["attribute"] for place in shown["places"] for one in place["said"]}
    refuses = {"values": {"accepts_adults": "no"}}
    delegate = as_user("delegate").put(f"{card}/line", json=refuses, headers=ANY_VERSION).json()
    assert next(one["value"] for one in delegate if one["attribute"] == "accepts_adults") == "yes"
    report = {"attribute": "phone", "note": "wrong"}
    assert as_user("alice").post(f"{card}/reports", json=report).status_code == 204
    assert doctor.put(f"{card}/opposition", json={"scope": "all"}, headers=ANY_VERSION).status_code == 204
    assert as_user("alice").get(f"{V1}/people/{country.alice}/medecin-traitant").status_code == 200


def test_who_opposes_shows_nowhere_but_to_their_own(as_user, country, database):
    """DIR-08, on every address that names a professional: by id, by exact RPPS, in lists, near a case of the fund."""
    amar, listing = f"{V1}/professionals/{country.amar}", f"{V1}/professionals"
    card = f"{V1}/directory/professionals/{country.amar}"
    rpps = as_user("zoe").get(amar).json()["rpps"]
    before = {one["id"] for one in as_user("zoe").get(listing).json()["items"]}
    assert as_user("amar").put(f"{card}/opposition", json={"scope": "all"}, headers=ANY_VERSION).status_code == 204
    for outsider in ("zoe", "sand", "officer"):
        for address in (amar, f"{listing}/{rpps}", card, f"{V1}/directory/professionals/{rpps}"):
            problem(as_user(outsider).get(address), 404, "not_found")
    report = {"attribute": "phone", "note": "wrong"}
    problem(as_user("zoe").post(f"{card}/reports", json=report), 404, "not_found")
    for one in ("alice", "amar", "delegate", "administrator"):
        assert as_user(one).get(amar).json()["rpps"] == rpps, one
        assert as_user(one).get(card).status_code == 200, one
    pages, cursor = [], None
    while True:
        page = as_user("zoe").get(listing, params={"limit": 1} | ({"cursor": cursor} if cursor else {})).json()
        pages += [one["id"] for one in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert set(pages) == before - {country.amar}
    assert len(pages) == len(set(pages))
    near = as_user("officer").get(f"{V1}/conciliation/{country.case}/candidates").json()
    assert country.amar not in str(near)
    assert country.zola in str(near)
