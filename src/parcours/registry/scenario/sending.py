"""The verbs of sending: sheets written, put in lots, sent, acknowledged, sent again, controlled."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.registry.claims import sheets
from parcours.registry.claims.control import confirm, control
from parcours.registry.claims.models import ClaimState, Lot, SheetKind
from parcours.registry.claims.quoting import quote
from parcours.registry.complementary import engaging
from parcours.registry.people.service import close_right, rights_on
from parcours.registry.scenario import problems
from parcours.registry.scenario.stage import Stage
from parcours.registry.scenario.verbs import Event, enter, keep, kind_of, mutuelle, said, sheet_of


def send(stage: Stage, event: Event) -> None:
    """A sheet that arrives and is controlled; it is not adjudicated yet."""
    with stage.writing() as session:
        if "c2s_ended" in event:
            party = stage.person(session, event["of"])
            for right in rights_on(session, party, event["c2s_ended"]):
                close_right(session, right.id, ends_on=event["c2s_ended"] + timedelta(days=1), at=stage.at)
        original = event.get("same_sheet_as")
        copied = {**stage.sheets[original], **event, "kind": "electronic"} if original else event
        row = enter(stage, session, copied, kind_of(copied), copied.get("care"))
        if original:
            row.original_id = stage.claims[original]
        control(session, row, day=stage.today, at=stage.at)


def idb(stage: Stage, event: Event) -> None:
    """A practice asks the insurer of somebody whether it knows them on a day of care."""
    with stage.writing() as session:
        who, by = stage.person(session, said(stage, event, "of")), stage.professional(session, said(stage, event, "by"))
        engaging.ask(session, by, who, event.get("care", stage.today), day=stage.today, at=stage.at)


def clc(stage: Stage, event: Event) -> None:
    """A practice asks the insurer of somebody how much it will pay of a sheet."""
    with stage.writing() as session:
        mutuelle(stage, session, event)
        sheet = sheet_of(stage, session, event, SheetKind.ELECTRONIC, event.get("care", stage.today), 1)
        quote(session, sheet, day=stage.today, at=stage.at)


def paper_received(stage: Stage, event: Event) -> None:
    """A paper sheet arrives by post."""
    who = {"of": event["of"]} if "of" in event else {"of": next(iter(stage.ids), "ana")}
    with stage.writing() as session:
        row = enter(stage, session, {**who, **event}, SheetKind.PAPER)
        control(session, row, day=stage.today, at=stage.at)


def fse(stage: Stage, event: Event) -> None:
    """An electronic sheet is written, signed and sent in a lot."""
    name = str(event["id"])
    with stage.writing() as session:
        stage.numbers += 1
        care = event.get("care") or stage.today
        sheet = sheet_of(stage, session, event, kind_of(event), care, stage.numbers)
        row = sheets.issue(session, sheet, event.get("lot", "L1"), day=stage.today, at=stage.at)
        keep(stage, session, name, row, {**event, "care": care})
        if row.state is ClaimState.SENT and sheet.total is not None and sheet.total != sum(sheet.lines):
            sheets.acknowledge(session, row, day=stage.today, at=stage.at)


def arl(stage: Stage, event: Event) -> None:
    """The fund acknowledges a sheet or a whole lot, or says what is wrong with it."""
    if event["result"] not in ("positive", "negative"):
        raise problems.wrong_word(event["result"], field="result", allowed="positive, negative")
    anomaly = "" if event["result"] == "positive" else event.get("anomaly", "altered")
    with stage.writing() as session:
        name = str(event.get("id", ""))
        if name in stage.claims or not event.get("lot", name):
            by = sheets.acknowledge(session, stage.claim(session, name), anomaly, day=stage.today, at=stage.at)
        else:
            row = lot_named(stage, session, event.get("lot", name))
            by = sheets.acknowledge_lot(session, row, anomaly, day=stage.today, at=stage.at)
    if by is not None:
        stage.found["deadline"]["resend"] = by


def lot_named(stage: Stage, session: Session, number: str) -> Lot:
    """A lot of the professionals of the story."""
    query = select(Lot).where(Lot.number == str(number), Lot.professional_id.in_(list(stage.ids.values())))
    row = session.scalar(query)
    if row is None:
        raise problems.unknown_name(number, field="lot", names=sorted(stage.claims))
    return row


def resend(stage: Stage, event: Event) -> None:
    """The same sheet in another lot."""
    with stage.writing() as session:
        sheets.send_in_lot(session, stage.claim(session, event["id"]), event["lot"], day=stage.today, at=stage.at)


def both_lots_arrive(stage: Stage, event: Event) -> None:
    """Two lots with the same sheet: each is acknowledged, the sheet is one."""
    with stage.writing() as session:
        for _ in range(2):
            sheets.acknowledge(
                session,
                stage.claim(session, event.get("id", next(iter(stage.claims), ""))),
                day=stage.today,
                at=stage.at,
            )


def paper_proof(stage: Stage, event: Event) -> None:
    """The signed paper of a degraded sheet."""
    with stage.writing() as session:
        sheets.receive(session, stage.claim(session, event["id"]), day=stage.today, at=stage.at)


def officer_confirms(stage: Stage, event: Event) -> None:
    """An officer says that a held sheet is no duplicate."""
    with stage.writing() as session:
        confirm(session, stage.claim(session, event["id"]), "two visits", day=stage.today, at=stage.at)
