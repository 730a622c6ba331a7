"""A bill that asks too much: what is not owed is told apart, with letters; what the C2S pays and is not known too."""

from tests.support.client import TestClient
from tests.web.pages import bill
from tests.web.test_bill import ASKED, GP, left, seen

C2S = (("age", "40"), ("c2s", "true"), ("tiers_payant", "full"))
CROWN = (("code", "HBLD634"), ("tooth", "11"))


def test_what_is_asked_above_the_tariff_of_who_has_the_c2s_is_not_owed(client: TestClient) -> None:
    visit = (*GP, *dict(ASKED, c2s="true").items(), ("code", "G"), ("fee", "60"))
    page, said = seen(client, bill(*visit)), seen(client, bill(*visit).replace("/bill", "/bill.txt"))
    assert left(page) == "€0.00"
    assert "C2S €9.00" in page
    assert "Asked in excess, to claim back: €30.00" in said
    letter = seen(client, bill(*visit, ("to", "professional")).replace("/bill", "/letter.txt"))
    assert "30,00 €" in letter
    assert "L861-3" in letter


def test_a_crown_under_the_c2s_is_a_range_where_its_price_was_not_found(client: TestClient) -> None:
    """2026: above the highest price of the basket, 515, nothing is owed; below it the C2S may pay all. 2024: 451.25."""
    for day, fee, owed, above in (
        ("2026-11-20", "700", "€0.00 to €395.00", "€185.00"),
        ("2024-11-20", "500", "€0.00", "€48.75"),
    ):
        paper = bill(("care_date", day), *C2S, *CROWN, ("fee", fee))
        said = seen(client, paper.replace("/bill", "/bill.txt"))
        assert left(seen(client, paper)) == owed
        assert f"Asked in excess, to claim back: {above}" in said
        assert ("was not found: up to it, nothing is left to you" in said) == (day > "2025")


def test_nobody_owes_more_than_the_highest_price_of_the_basket(client: TestClient) -> None:
    page = seen(
        client,
        bill(("care_date", "2026-11-20"), ("age", "40"), ("contract", "responsable_100"), *CROWN, ("fee", "700")),
    )
    assert left(page) == "€0.00"
    assert "€185.00" in page
