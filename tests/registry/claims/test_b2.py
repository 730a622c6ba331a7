"""Lots as records of 128 characters: written, read back to the same sheets, refused whole when something is missing."""

from itertools import pairwise

import pytest

from parcours.registry.claims.b2 import ACT, FOOT, HEAD, KINDS, WIDTH, lot_of, parsed, read_lot
from parcours.registry.claims.intake import read_sheet, submit
from parcours.registry.claims.sheets import said
from parcours.registry.errors import Invalid
from tests.registry.world import instant

DAY, AT = instant(2026, 3, 9).date(), instant(2026, 3, 9)


@pytest.fixture
def lot(session, world):
    person, doctor, nurse = world.person(), world.doctor(), world.doctor(profession="infirmier")
    common = {"patient": person.id, "care_date": "2026-03-05", "ips": "T"}
    sheets = [
        common | {"professional": doctor.id, "number": 1, "fee": "30.00", "tiers_payant": "partial",
                  "facts": {"act": "G", "exemption": "ald"}},
        common | {"professional": nurse.id, "number": 7, "tiers_payant": "full", "card": "unread", "lines": [
            {"fee": "9.45", "code": "AMI", "coefficient": "3.00"}, {"fee": "2.75", "code": "IFD"}]},
    ]  # fmt: skip
    claims = [submit(session, one, day=DAY, at=AT) for one in sheets]
    return claims, lot_of(session, claims)


def test_records_say_where_the_specification_says(lot):
    _, written = lot
    assert (written["simulated"], written["total"], written["sheets"]) == (True, "42.20", 2)
    assert {len(one) for one in written["records"]} == {WIDTH}
    kinds = [parsed(one)[0] for one in written["records"]]
    assert kinds == ["2", "2S", "4", "4S", "4E", "5", "2", "2S", "4", "4S", "4E", "4", "4S", "4E", "5"]
    head, _, act, *_, foot = written["records"][:6]
    assert (head[78], head[95:101], act[69:75], act[75:80], act[114:121]) == (
        "4",
        "800517",
        "260305",
        "G    ",
        "0003000",
    )
    assert (foot[38:41], foot[65:73]) == ("001", "00003000")
    for fields in (*KINDS.values(), HEAD, ACT, FOOT):
        ends = sorted((one.start, one.start + one.width - 1) for one in fields.values())
        assert all(before[1] < after[0] for before, after in pairwise(ends))


def test_a_lot_is_read_back_to_the_same_sheets(session, lot):
    claims, written = lot
    again = read_lot(session, written, day=DAY)
    for claim, sheet in zip(claims, again, strict=True):
        same = submit(session, sheet, day=DAY, at=AT)
        assert (same.id, said(same)) == (claim.id, said(claim))
        assert read_sheet(session, sheet).key == claim.sheet_key


@pytest.mark.parametrize("break_it", [
    lambda records: records[:-1], lambda records: records[1:], lambda records: records[:3] + records[4:-1],
    lambda records: [records[0][:-1], *records[1:]], lambda records: ["9" + records[0][1:], *records[1:]],
    lambda records: [*records[:5], records[5][:72] + "9" + records[5][73:], *records[6:]],
    lambda records: "no list",
])  # fmt: skip
def test_a_lot_that_is_cut_or_does_not_add_up_is_refused_whole(session, lot, break_it):
    _, written = lot
    with pytest.raises(Invalid) as refused:
        read_lot(session, {**written, "records": break_it(written["records"])}, day=DAY)
    assert refused.value.code in {"lot_cut", "lot_unreadable", "total_not_sum"}
