"""A day of a fund, its sheets and accounts, as somebody types them; killed at any point, it ends as if it were not."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner

from parcours.cli.account import app as account
from parcours.cli.claims import app as claims
from parcours.cli.fund import app as fund
from parcours.cli.ledger import app as ledger
from parcours.registry.access.model import Role
from parcours.registry.accounts import service as accounts
from parcours.registry.audit.models import AuditEvent
from parcours.registry.audit.service import system
from parcours.registry.claims.context import Tag
from parcours.registry.claims.models import Claim
from parcours.registry.ledger.models import LedgerPosting
from parcours.registry.messages.models import Message, MessageKind
from parcours.registry.messages.service import body_of
from parcours.registry.payments.models import Order
from parcours.registry.scenario.around import affiliations
from parcours.registry.scenario.language import Caregiver, Person, Scenario
from parcours.registry.scenario.stage import FUND, Stage, noon
from parcours.registry.store.periods import replace

COMMAND = str(Path(sys.executable).with_name("parcours"))
ANA = Person(date(1981, 5, 4), doctor="mt")
CAST = Scenario("S", "", (), {}, {"ana": ANA}, {"mt": Caregiver(specialty="generaliste")})


@pytest.fixture
def people(database):
    stage = Stage(database, CAST)
    with stage.writing() as session:
        return {"patient": stage.person(session, "ana"), "professional": stage.professional(session, "mt")}


@pytest.fixture
def run(database_url, monkeypatch):
    monkeypatch.setenv("PARCOURS_DATABASE_URL", database_url)
    return lambda app, *arguments: CliRunner().invoke(app, [*map(str, arguments), "--lang", "en"])


def sheet(people, number, **changes):
    return {**people, "care_date": f"2026-03-{number:02d}", "number": number, "fee": "30.00", **changes}


@pytest.fixture
def file(people, tmp_path):
    def written(sheets, name="sheets.ndjson"):
        path = tmp_path / name
        path.write_text("".join(json.dumps(one) + "\n" for one in sheets))
        return path

    return written


def days(run, *days):
    return [json.loads(run(fund, "run", "--day", day, "--json").output)["funds"].get(FUND, {}) for day in days]


def test_sheets_are_decided_paid_and_explained(run, file, people, database):
    sent = run(
        claims, "submit", file([sheet(people, 2), sheet(people, 3, tiers_payant="partial")]), "--day", "2026-03-04"
    )
    direct, third = [json.loads(one)["claim"] for one in sent.output.splitlines()]
    (same_day,) = days(run, "2026-03-04")
    assert same_day.get("adjudicated", 0) == 0
    (next_day,) = days(run, "2026-03-05")
    assert (next_day["adjudicated"], next_day["orders"], next_day["set_off"]) == (2, 2, 1)
    (again,) = days(run, "2026-03-05")
    assert not any(again.values())
    said = json.loads(run(account, "statement", people["patient"], "--json").output)
    assert said["totals"] == {"refund": "19.00", "deduction": "2.00", "transfer": "17.00"}
    assert [one["name"] for one in said["lines"] if one["kind"] == "deduction"] == ["PFT 1952"]
    why = json.loads(run(account, "why", third, "--json").output)
    assert why["decisions"][0]["amounts"]["deferred"] == "2.00"
    assert any("contribution" in one for one in why["decisions"][0]["because"])
    assert {one["because"] for one in why["movements"]} == {"decision", "set_off", "order"}
    shown = json.loads(run(claims, "show", direct, "--json").output)
    assert shown["state"] == "paid"
    assert run(ledger, "verify", "--replay").exit_code == 0
    with database.reading() as session:
        tags = set(session.scalars(select(AuditEvent.tag)))
    assert {Tag.CLAIM_SUBMIT, Tag.CLAIM_READ, Tag.STATEMENT_READ} <= tags


def test_many_claims_are_decided_and_paid_by_the_answers_of_submit(run, file, people, tmp_path):
    sent = run(claims, "submit", file([sheet(people, one) for one in (2, 3, 4)]), "--day", "2026-03-05").output
    taken_in = tmp_path / "taken.ndjson"
    taken_in.write_text(sent)
    decided = run(claims, "adjudicate", "--from", taken_in, "--day", "2026-03-06")
    assert [json.loads(one)["state"] for one in decided.output.splitlines()] == ["adjudicated"] * 3
    paid = [
        json.loads(one) for one in run(claims, "pay", "--from", taken_in, "--day", "2026-03-09").output.splitlines()
    ]
    assert [(one["state"], one["paid"]) for one in paid] == [("paid", "19.00")] * 3
    again = run(claims, "pay", "--from", taken_in, "--day", "2026-03-10").output.splitlines()
    assert [json.loads(one)["paid"] for one in again] == ["0.00"] * 3
    wrong = run(claims, "pay", paid[0]["claim"], str(uuid4()), "--day", "2026-03-10")
    assert (wrong.exit_code, json.loads(wrong.output.splitlines()[1])["error"]["code"]) == (3, "not_found")
    assert "no claim is named" in run(claims, "pay").stderr


def test_a_part_of_the_flat_fee_is_due_once_and_paid_by_the_next_day(run, people, database):
    parts = [run(fund, "forfait", "--year", "2026", "--month", "4", "--fund", FUND).output for _ in range(2)]
    assert [json.loads(one)["euros"] for one in parts] == ["1.25", "1.25"]
    for day in ("2026-04-01", "2026-04-02"):
        run(fund, "run", "--day", day, "--fund", FUND)
    with database.reading() as session:
        (order,) = session.scalars(select(Order))
        assert (order.party, order.cents) == (people["professional"], 125)
        returns = session.scalars(select(Message).where(Message.kind == MessageKind.RSP)).all()
    assert body_of(returns[0])["lines"] == [
        {"claim": None, "paid": "1.25", "status": "forfait", "line": "MTF 1173"}
    ]  # fmt: skip


def test_on_a_day_off_nothing_is_decided(run, file, people):
    run(claims, "submit", file([sheet(people, 2)]), "--day", "2026-03-06")
    (sunday, monday) = days(run, "2026-03-08", "2026-03-09")
    assert (sunday.get("adjudicated", 0), monday["adjudicated"]) == (0, 1)


def test_what_is_known_later_and_taking_back(run, file, people):
    sent = run(claims, "submit", file([sheet(people, 2)]), "--day", "2026-03-04").output
    claim = json.loads(sent)["claim"]
    days(run, "2026-03-05")
    changed = run(claims, "regularise", claim, "--fact", "medecin_traitant=false", "--fact", "role=autre")
    assert json.loads(changed.output)["delta_amo"] == "-10.60"
    assert run(claims, "regularise", claim, "--fact", "role=autre").output == "nothing changes\n"
    back = json.loads(run(claims, "reverse", claim, "--cause", "rights_closed").output)
    assert (back["state"], back["undue"]) == ("reversed", "8.40")
    refused = run(claims, "reverse", claim, "--cause", "rights_closed")
    assert refused.exit_code == 2
    assert "nothing is decided" in refused.output
    assert run(ledger, "verify").exit_code == 0


LOU, MAX = "lou@example.org", "max@example.org"


def officers(database, *logins):
    with database.writing() as session:
        for login in logins:
            account = accounts.create_account(session, system("tests"), login=login)
            accounts.grant_role(session, system("tests"), account, Role.OFFICER, fund_code=FUND)


def test_a_large_correction_takes_two_officers(run, file, people, database):
    """S32 at the size of a fund: what one officer states, another accepts."""
    officers(database, LOU, MAX)
    sent = run(
        claims, "submit", file([sheet(people, 2, fee="900.00", facts={"base": "900.00"})]), "--day", "2026-03-04"
    )
    claim = json.loads(sent.output)["claim"]
    days(run, "2026-03-05")
    stated = ("regularise", claim, "--fact", "exemption=ald")
    alone = run(claims, *stated)
    assert (alone.exit_code, "two officers" in alone.output) == (2, True)
    assert run(claims, *stated, "--by", "nobody@example.org").exit_code == 2
    proposed = json.loads(run(claims, *stated, "--by", LOU).output)
    assert proposed["state"] == "proposed"
    assert run(claims, *stated, "--by", LOU).exit_code == 2  # it waits already
    same = run(claims, "confirm", proposed["regularisation"], "--by", LOU)
    assert (same.exit_code, "another officer" in same.output) == (2, True)
    assert json.loads(run(claims, "confirm", proposed["regularisation"], "--by", MAX).output)["state"] == "done"
    assert json.loads(run(claims, "show", claim, "--json").output)["state"] == "replaced"
    assert run(ledger, "verify").exit_code == 0


def test_a_day_is_run_under_the_readings_of_a_fund(run, file, people):
    other = file([sheet(people, 2, tiers_payant="partial", facts={"referral": "none"})])
    claim = json.loads(run(claims, "submit", other, "--day", "2026-03-04").output)["claim"]
    wrong = run(fund, "run", "--day", "2026-03-05", "--reading", "tiers_payant_hors_parcours=maybe")
    assert (wrong.exit_code, "practice, text" in wrong.output) == (2, True)
    assert run(claims, "adjudicate", claim, "--reading", "nothing=x").exit_code == 2
    done = run(claims, "adjudicate", claim, "--reading", "tiers_payant_hors_parcours=text", "--day", "2026-03-05")
    assert json.loads(done.output)["state"] == "adjudicated"


def test_several_processes_adjudicate_what_one_does(run, file, people, database, monkeypatch):
    monkeypatch.setattr("parcours.registry.payments.fund.BLOCK", 4)
    run(claims, "submit", file([sheet(people, number) for number in range(2, 14)]), "--day", "2026-03-14")
    done = json.loads(run(fund, "run", "--day", "2026-03-16", "--workers", "2", "--json").output)["funds"][FUND]
    assert (done["adjudicated"], done["orders"]) == (12, 1)
    assert run(ledger, "verify", "--replay").exit_code == 0


def test_a_wrong_sheet_is_refused_and_the_others_are_taken(run, file, people):
    done = run(
        claims, "submit", file([sheet(people, 2), sheet(people, 3, fee="-1"), sheet(people, 2)]), "--day", "2026-03-04"
    )
    first, wrong, again = [json.loads(one) for one in done.output.splitlines()]
    assert (done.exit_code, wrong["error"]["code"], first["claim"]) == (3, "fee_out_of_range", again["claim"])


def test_each_wrong_sheet_has_its_code_and_leaves_nothing(run, file, people, database):
    good, two = sheet(people, 2), {**sheet(people, 3), "lines": ["30.00", "30.00"], "total": "30.00"}
    del two["fee"]
    wrong = [
        (good | {"fee": "31.00"}, "sheet_altered"),
        (good | {"patient": str(uuid4()), "number": 4}, "not_found"),
        (sheet(people, 5), "care_in_future"),
        (two, "total_not_sum"),
        (sheet(people, 3, facts={"act": "ZZZZ999999"}), "wrong_fact"),
        (sheet(people, 3, fee="-1.00"), "fee_out_of_range"),
        (sheet(people, 3, fee=10**12), "fee_out_of_range"),
        ("no sheet", "sheet_shape"),
    ]
    closed = sheet(people, 9, care_date="2026-03-04")
    with database.writing() as session:
        (rights,) = affiliations(session, people["patient"])
        replace(session, rights, noon(date(2026, 3, 3)), ends_on=date(2026, 3, 4))
    done = run(claims, "submit", file([good, good, closed, *(one for one, _ in wrong)]), "--day", "2026-03-04")
    first, again, late, *refused = [json.loads(one) for one in done.output.splitlines()]
    assert (done.exit_code, first["claim"]) == (3, again["claim"])
    assert [one["error"]["code"] for one in refused] == [code for _, code in wrong]
    assert all(one["error"]["message"] for one in refused)
    days(run, "2026-03-05")
    with database.reading() as session:
        kept = dict(session.execute(select(Claim.id, Claim.state)).all())
        assert {name: state.value for name, state in kept.items()} == {
            first["claim"]: "paid",
            late["claim"]: "rejected",
        }
        assert session.get_one(Claim, late["claim"]).reason == "SIM-RIGHTS-CLOSED"
        assert not session.scalar(select(LedgerPosting.id).where(LedgerPosting.claim_id == late["claim"]))


def test_a_file_cut_in_the_middle_is_refused_whole(run, file, people, database):
    path = file([sheet(people, 2), sheet(people, 3)])
    path.write_text(path.read_text()[:-20])
    assert run(claims, "submit", path).exit_code == 2
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Claim)) == 0


def test_sheets_come_as_lots_of_records(run, file, people, tmp_path):
    sent = run(claims, "submit", file([sheet(people, 2), sheet(people, 3)]), "--day", "2026-03-04")
    ids = [json.loads(one)["claim"] for one in sent.output.splitlines()]
    lot = json.loads(run(claims, "lot", *ids).output)
    assert (lot["simulated"], lot["sheets"], lot["total"]) == (True, 2, "60.00")
    path = file([lot], "lot.b2sim")
    again = run(claims, "submit", path, "--day", "2026-03-04")
    assert [json.loads(one)["claim"] for one in again.output.splitlines()] == ids
    cut = run(claims, "submit", file([lot | {"records": lot["records"][:-1]}], "cut.b2sim"), "--day", "2026-03-04")
    assert (cut.exit_code, "missing" in cut.output) == (2, True)


def test_sheets_come_as_parquet_too(run, people, tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = [
        {**sheet(people, 2), "care_date": date(2026, 3, 2), "fee": Decimal("30.00"), "facts": {"referral": None}},
        {**sheet(people, 3), "care_date": date(2026, 3, 3), "fee": Decimal("31.00"), "facts": {"referral": "none"}},
    ]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "sheets.parquet")
    done = run(claims, "submit", tmp_path / "sheets.parquet", "--day", "2026-03-04")
    assert [json.loads(one)["state"] for one in done.output.splitlines()] == ["received", "received"]
    cut = tmp_path / "cut.parquet"
    cut.write_bytes((tmp_path / "sheets.parquet").read_bytes()[:-40])
    assert run(claims, "submit", cut).exit_code == 2


def killed(url, *arguments):
    """Run a command and kill it somewhere; what it had said."""
    environment = {**os.environ, "PARCOURS_DATABASE_URL": url}
    process = subprocess.Popen([COMMAND, *map(str, arguments)], env=environment, stdout=subprocess.PIPE, text=True)
    time.sleep(random.uniform(0.8, 2.0))
    process.send_signal(signal.SIGKILL)
    return process.communicate()[0]


def test_killed_at_any_point_nothing_is_lost_or_paid_twice(run, file, people, database_url, database):
    sheets = [
        sheet(people, number, fee=f"{20 + number}.00", care_date=f"2026-01-{number:02d}") for number in range(1, 29)
    ]
    path = file(sheets)
    said = killed(database_url, "claims", "submit", path, "--day", "2026-02-02")
    taken = [json.loads(one)["claim"] for one in said.splitlines() if one.endswith("}")]
    with database.reading() as session:
        assert set(taken) <= set(session.scalars(select(Claim.id)))
    assert run(claims, "submit", path, "--day", "2026-02-02").exit_code == 0
    for _ in range(3):
        killed(database_url, "fund", "run", "--day", "2026-02-03")
        assert run(ledger, "verify").exit_code == 0
    days(run, "2026-02-03")
    with database.reading() as session:
        states = dict(session.execute(select(Claim.state, func.count()).group_by(Claim.state)).all())
        paid = int(session.scalar(select(func.sum(Order.cents))))
    assert {one.value: count for one, count in states.items()} == {"paid": 28}
    lines = json.loads(run(account, "statement", people["patient"], "--json").output)
    assert lines["totals"]["transfer"] == f"{paid // 100}.{paid % 100:02d}"
    assert len([one for one in lines["lines"] if one["kind"] == "refund"]) == 28
