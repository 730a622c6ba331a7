"""More papers of an account: reports, letter to the conciliator, sums to pay, form to sign, specimen, one's copy."""

import hashlib
import json
from collections import Counter
from datetime import date
from typing import Any

from starlette.responses import Response

from parcours import documents
from parcours.documents import care_papers, clinical
from parcours.law import thresholds
from parcours.registry.claims.context import Action, Tag
from parcours.registry.claims.later import undue_of
from parcours.registry.conciliation import service as cases
from parcours.registry.declarations import timeline
from parcours.registry.declarations.context import Action as DeclarationAction
from parcours.registry.declarations.context import Tag as DeclarationTag
from parcours.registry.declarations.models import State
from parcours.registry.errors import not_found
from parcours.registry.messages.context import Action as MessageAction
from parcours.registry.messages.context import Tag as MessageTag
from parcours.registry.messages.models import Message, MessageKind
from parcours.registry.messages.service import body_of
from parcours.registry.people.context import Action as PersonAction
from parcours.registry.people.context import Tag as PersonTag
from parcours.registry.people.service import affiliation_on
from parcours.registry.referrals import service as referrals
from parcours.registry.referrals.context import REFERRAL
from parcours.registry.referrals.context import Action as ReferralAction
from parcours.registry.referrals.context import Tag as ReferralTag
from parcours.registry.store.ids import get
from parcours.text import Text, euros, plain_cents
from parcours.web.desk.money import named
from parcours.web.desk.names import doctor_name, fund_name
from parcours.web.desk.room import Desk
from parcours.web.i18n import long_date
from parcours.web.letters import conciliator, for_france
from parcours.web.me.doctor import doctor_asked, place_of
from parcours.web.me.family import content_of, plain
from parcours.web.me.files import entry, paper
from parcours.web.me.person import Mine

WAYS = Text(
    "Vous pouvez faire rectifier une erreur, contester devant la commission de recours amiable, payer, ou demander un "
    "échéancier. Sans réponse, la somme peut être retenue sur vos remboursements.",
    "You may have a mistake corrected, object before the commission, pay, or ask to pay in parts. Without an answer "
    "the sum may be taken from your refunds.",
)
SHEET = (
    (
        Text("Médecin traitant", "Médecin traitant"),
        Text(
            "le médecin dit s'il l'est, ou s'il a une lettre", "the doctor says if they are, or if they have a letter"
        ),
    ),
    (
        Text("Date, acte, montant payé", "Date, act, amount paid"),
        Text("remplis par le médecin ; à vérifier avant de signer", "filled in by the doctor; check before you sign"),
    ),
    (Text("Signatures", "Signatures"), Text("celle du médecin, puis la vôtre", "the doctor's, then yours")),
)
NUMBER = Text("le vôtre, sur votre carte ou votre attestation", "yours, on your card or certificate")
HELD = {
    "people": Text("identité, affiliations, droits", "identity, affiliations, rights"),
    "people_kinships": Text("liens de famille", "family ties"),
    "identity": Text("numéros", "numbers"),
    "declarations": Text("médecin traitant", "médecin traitant"),
    "referrals": Text("lettres et comptes rendus", "letters and reports"),
    "care": Text("plans de soins", "care plans"),
    "claims": Text("feuilles et décisions", "sheets and decisions"),
    "ledger": Text("écritures", "entries of the ledger"),
    "payments": Text("virements", "transfers"),
    "messages": Text("messages", "messages"),
    "audit": Text("qui a consulté", "who looked"),
    "prevention": Text("prévention", "prevention"),
    "record": Text("dossier de coordination", "coordination record"),
    "accounts": Text("comptes", "accounts"),
    "cards": Text("cartes", "cards"),
    "complementary": Text("mutuelles", "mutuelles"),
    "papers": Text("papiers faits ici", "papers made here"),
    "other": Text("autre", "other"),
    "declarations_answered": Text("visites", "visits"),
    "ald": Text("protocoles", "protocols"),
    "cases": Text("conciliation", "conciliation"),
}
"""What a copy holds, by the beginning of the name of a table."""


def report(desk: Desk) -> Response:
    """What was written back to a letter."""
    record = desk.unit.find(
        REFERRAL, desk.request.path_params["id"], ReferralAction.READ_LETTER, ReferralTag.REFERRAL_READ_LETTER
    )
    row = referrals.get_referral(desk.session, record.id or "")
    written = referrals.reports_of(desk.session, row.id)
    if not written:
        raise not_found("report_id")
    sections: list[dict[str, Any]] = []
    for one in written:
        sections += clinical.as_record(care_papers.report(desk.session, row, one), desk.lang)["sections"]
    return paper(Mine.named(desk, row.insured_id), "report", sections)


def to_conciliator(desk: Desk) -> Response:
    """A letter to the conciliator of one's fund: nobody takes one as a patient."""
    mine = Mine.of(desk, DeclarationAction.READ_DECLARATION, DeclarationTag.DECLARATION_READ)
    session, lang, day = desk.session, desk.lang, desk.today
    affiliation = affiliation_on(session, mine.id, day)
    fund = fund_name(session, affiliation.fund_code if affiliation else None)
    rows = timeline.declarations_of(session, mine.id)
    refused = sorted({doctor_name(session, one.professional_id) for one in rows if one.state is State.REFUSED})
    opened = next(iter(cases.cases_of(session, mine.id)), None)
    said = {"name": mine.name, "fund": fund, "refused": ", ".join(refused)}
    letter = for_france(lambda one: conciliator(said, one, opened.opened_on if opened else None), lang)
    return paper(mine, "conciliation", [], template="letter", **written(letter))


def written(letter: documents.Letter) -> dict[str, Any]:
    """A letter without its title and its day, which are those of a paper of an account."""
    return {name: value for name, value in letter.items() if name not in ("title", "day")}


def notice(desk: Desk) -> Response:
    """A sum asked back: how much, why, for which care, what may be done about it and until when."""
    mine = Mine.of(desk, Action.READ_CLAIMS, Tag.CLAIM_READ)
    wanted = desk.request.path_params["id"]
    row = next((one for one in undue_of(desk.session, insured_id=mine.id) if one.id == wanted), None)
    if row is None:
        raise not_found("undue_id")
    lang = desk.lang
    days = [
        (Text("Notifiée le", "Told on"), row.notified_on),
        (Text("Reçue le", "Received on"), row.received_on),
        (Text("Répondre avant le", "Answer by"), row.answer_by),
        (Text("Retenue possible à partir du", "May be taken from"), row.set_off_from),
    ]
    said = [
        entry(Text("Somme à rendre", "Sum to give back"), euros(row.cents, lang), lang),
        *(entry(name, long_date(day, lang), lang) for name, day in days if day),
    ]
    return paper(
        mine,
        "notice",
        [
            {"title": Text("Ce qui est demandé", "What is asked")[lang], "entries": said},
            {"title": Text("Ce que vous pouvez faire", "What you may do")[lang], "paragraphs": [WAYS[lang]]},
        ],
    )


def sums_to_pay(desk: Desk) -> Response:
    """The notice of sums to pay that the fund sent: for which acts, since no refund came to take them from."""
    mine = Mine.of(desk, MessageAction.READ_MESSAGES, MessageTag.MESSAGE_READ)
    row = get(desk.session, Message, desk.request.path_params["id"], "message_id", recipient=mine.id)
    if row.kind is not MessageKind.AVIS:
        raise not_found("message_id")
    lang, body = desk.lang, body_of(row)
    table = {
        "caption": Text("Actes", "Acts")[lang],
        "right": [2],
        "head": Text("Motif;Soins du;Montant", "Reason;Care of;Amount")[lang].split(";"),
        "rows": [
            [
                named(one["line"])[lang],
                long_date(date.fromisoformat(one["care_date"]), lang),
                said_euros(one["cents"], lang),
            ]
            for one in body["lines"]
        ]
        or [["—", "—", "—"]],
    }
    said = [
        entry(Text("À payer", "To pay"), said_euros(body["to_pay"], lang), lang),
        entry(Text("Avis du", "Notice of"), long_date(row.day, lang), lang),
    ]
    return paper(
        mine,
        "notice",
        [
            {"title": Text("Total", "Total")[lang], "entries": said},
            {"title": Text("Pour quels actes", "For which acts")[lang], "table": table},
            {"title": Text("Ce que vous pouvez faire", "What you may do")[lang], "paragraphs": [WAYS[lang]]},
        ],
    )


def said_euros(said: str, lang: str) -> str:
    """An amount of a message, `"12.34"`, for people."""
    return euros(plain_cents(said), lang)


def form(desk: Desk) -> Response:
    """What a paper declaration of a médecin traitant asks for, filled in, and who signs."""
    mine = Mine.of(desk, DeclarationAction.READ_DECLARATION, DeclarationTag.DECLARATION_READ)
    lang, doctor = desk.lang, doctor_asked(desk, desk.asked("with", 64))
    choice, adult = thresholds.age_of_choice(desk.today), thresholds.majority(desk.today)
    patient = [
        entry(Text("Nom et prénom", "Name"), mine.name, lang),
        entry(Text("Né le", "Born on"), long_date(mine.row.birth_date, lang), lang),
        entry(Text("Numéro", "Number"), NUMBER[lang], lang),
    ]
    chosen = [
        entry(Text("Nom", "Name"), f"{doctor.first_name} {doctor.family_name}" if doctor else "……", lang),
        entry(Text("Numéro RPPS", "RPPS number"), doctor.rpps if doctor else "……", lang),
        entry(Text("Lieu", "Place"), place_of(desk.session, doctor, desk) if doctor else "……", lang),
    ]
    parent = Text("Un titulaire de l'autorité parentale", "A holder of parental authority")[lang]
    signs = [] if mine.age < choice else [Text("Le patient", "The patient")[lang]]
    signs += [parent] if mine.age < adult else []
    return paper(
        mine,
        "form",
        [
            {"title": Text("Patient", "Patient")[lang], "entries": patient},
            {"title": Text("Médecin choisi", "Doctor chosen")[lang], "entries": chosen},
        ],
        signatures=[*signs, Text("Le médecin", "The doctor")[lang]],
    )


def sheet(desk: Desk) -> Response:
    """A paper sheet of care as a specimen, with one's own name: what to fill in, what to keep, where it goes."""
    mine = Mine.of(desk, PersonAction.READ_PATIENT, PersonTag.PERSON_READ)
    session, lang = desk.session, desk.lang
    affiliation = affiliation_on(session, mine.id, desk.today)
    fund = fund_name(session, affiliation.fund_code if affiliation else None)
    filled = [
        entry(Text("Personne soignée", "Person treated"), mine.name, lang),
        entry(Text("Numéro", "Number"), NUMBER[lang], lang),
        *(entry(name, text[lang], lang) for name, text in SHEET),
    ]
    post = Text(f"Gardez une copie, postez l'original à : {fund}.", f"Keep a copy, post the original to: {fund}.")
    return paper(
        mine,
        "sheet",
        [
            {"title": Text("Ce qui est à remplir", "What is to be filled in")[lang], "entries": filled},
            {"title": Text("Ensuite", "Then")[lang], "paragraphs": [post[lang]]},
        ],
    )


def copy(desk: Desk) -> Response:
    """One's data: what is held, how much of each, and the whole of it as a file inside the paper."""
    mine = Mine.of(desk, PersonAction.EXPORT_PATIENT, PersonTag.PERSON_EXPORT)
    content = content_of(mine)
    whole = json.dumps(content, default=plain, ensure_ascii=False, indent=1)
    lang, counted = desk.lang, Counter[Text]()
    for name, rows in content.items():
        if isinstance(rows, list) and rows:
            kind = HELD[max((one for one in HELD if name.startswith(one)), key=len, default="other")]
            counted[kind] += len(rows)
    lines = Text("{count} lignes", "{count} lines")[lang]
    held = [entry(kind, lines.format(count=count), lang) for kind, count in counted.items()]
    inside = Text(
        "Le fichier parcours.json, joint à ce document, contient tout, champ par champ. Empreinte SHA-256 : {print}.",
        "The file parcours.json, attached to this document, holds all of it, field by field. Its SHA-256: {print}.",
    )
    fingerprint = hashlib.sha256(whole.encode()).hexdigest()
    return paper(
        mine,
        "export",
        [
            {"title": Text("Ce qui est tenu", "What is held")[lang], "entries": held},
            {"title": Text("Le fichier", "The file")[lang], "paragraphs": [inside[lang].format(print=fingerprint)]},
        ],
        attachment=documents.Attachment("parcours.json", "application/json", inside[lang].partition(",")[0], whole),
    )
