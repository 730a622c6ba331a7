"""The papers of an account as PDF: attestation, statement, decision, declaration, letter; each with a code to check."""

from datetime import date
from typing import Any

from starlette.responses import Response

from parcours import documents
from parcours.law import thresholds
from parcours.registry.cards.context import Action as CardAction
from parcours.registry.cards.context import Tag as CardTag
from parcours.registry.claims import objections
from parcours.registry.claims.adjudicate import current_decision, get_claim
from parcours.registry.claims.context import Action, Tag
from parcours.registry.complementary.service import link_on
from parcours.registry.declarations import timeline
from parcours.registry.declarations.context import Action as DeclarationAction
from parcours.registry.declarations.context import Tag as DeclarationTag
from parcours.registry.identity.service import current_identifier
from parcours.registry.papers import service as papers
from parcours.registry.payments.why import why_of
from parcours.registry.people.service import affiliation_on, rights_on
from parcours.registry.people.words import RIGHTS, scheme
from parcours.registry.referrals import service as referrals
from parcours.registry.referrals.context import REFERRAL
from parcours.registry.referrals.context import Action as ReferralAction
from parcours.registry.referrals.context import Tag as ReferralTag
from parcours.registry.store.columns import blind_index
from parcours.text import Text, euros
from parcours.web.desk.money import LINKS
from parcours.web.desk.names import doctor_name, fund_name
from parcours.web.desk.room import Desk
from parcours.web.i18n import insurer_name, long_date
from parcours.web.me.family import SECTIONS
from parcours.web.me.papers import notified_on
from parcours.web.me.person import Mine

NOTE = Text(
    "Document simulé de démonstration : il n'ouvre aucun droit. Son code se vérifie à l'adresse ci-contre.",
    "Simulated document: it opens no right. Its code can be checked at the address beside it.",
)
TITLES = {
    "attestation": Text("Attestation de droits (simulée)", "Certificate of rights (simulated)"),
    "statement": Text("Relevé de remboursements (simulé)", "Statement of refunds (simulated)"),
    "decision": Text("Décision et voies de recours (simulée)", "Decision and remedies (simulated)"),
    "declaration": Text("Déclaration du médecin traitant (simulée)", "Declaration of the médecin traitant (simulated)"),
    "letter": Text("Lettre d'adressage (simulée)", "Letter of referral (simulated)"),
    "report": Text("Compte rendu (simulé)", "Report (simulated)"),
    "conciliation": Text("Lettre au conciliateur (simulée)", "Letter to the conciliator (simulated)"),
    "notice": Text("Avis de sommes à payer (simulé)", "Notice of sums to pay (simulated)"),
    "form": Text(
        "Données pour déclarer un médecin traitant (simulées)", "Data to declare a médecin traitant (simulated)"
    ),
    "sheet": Text("Spécimen de feuille de soins (simulé)", "Specimen of a sheet of care (simulated)"),
    "export": Text("Copie de mes données (simulée)", "Copy of my data (simulated)"),
}
"""Every kind of paper, and what it is called."""


def paper(
    mine: Mine, kind: str, sections: list[dict[str, Any]], *, template: str = "record",
    attachment: documents.Attachment | None = None, **more: Any,
) -> Response:  # fmt: skip
    """The PDF of a paper, its code kept so that `/verify` knows it."""
    desk, title = mine.desk, TITLES[kind][mine.desk.lang]
    said = {"kind": kind, "person": mine.id, "day": desk.today.isoformat(), "sections": sections, **more}
    code = documents.code_of(said, key=blind_index("papers", "papers_codes.code").encode())
    site = desk.unit.services.settings.public_url.rstrip("/")
    data = {
        "title": title,
        "day": desk.today.isoformat(),
        "code": code,
        "note": NOTE[desk.lang],
        "address": f"{site}/verify",
        **more,
    }
    if template == "record":
        data |= {"subtitle": f"{mine.name}, {long_date(desk.today, desk.lang)}", "sections": sections}
    with desk.unit.services.database.writing() as session:
        papers.keep(session, code, kind, mine.id, on=desk.today)
    headers = {"Content-Disposition": f'inline; filename="{kind}.pdf"', "Cache-Control": "no-store"}
    return Response(
        documents.render(template, data, desk.lang, attachment), headers=headers, media_type="application/pdf"
    )


def entry(name: Text, text: str, lang: str) -> dict[str, str]:
    """A name and what it is."""
    return {"name": name[lang], "text": text}


def period(first: date, last: date | None, lang: str) -> str:
    """From when, until when."""
    start, end = Text("depuis le", "since")[lang], Text("jusqu'au", "until")[lang]
    return f"{start} {long_date(first, lang)}" + (f", {end} {long_date(last, lang)}" if last else "")


def until(first: date, last: date | None, lang: str) -> str:
    """A period of rights: one without an end says so."""
    return period(first, last, lang) + ("" if last else Text(", sans date de fin", ", without an end date")[lang])


def attestation(desk: Desk) -> Response:
    """Identity, fund, rights and exemptions without any condition, complementary."""
    mine = Mine.of(desk, CardAction.READ_CARD, CardTag.CARD_READ)
    session, lang, day = desk.session, desk.lang, desk.today
    affiliation = affiliation_on(session, mine.id, day)
    link, number = link_on(session, mine.id, day), current_identifier(session, mine.id, day)
    who = [
        entry(Text("Nom", "Name"), mine.name, lang),
        entry(Text("Numéro", "Number"), str(number.value) if number else "—", lang),
        entry(Text("Né le", "Born on"), long_date(mine.row.birth_date, lang), lang),
        entry(Text("Caisse", "Fund"), fund_name(session, affiliation.fund_code if affiliation else None), lang),
        entry(Text("Régime", "Scheme"), scheme(affiliation.scheme)[lang] if affiliation else "—", lang),
        entry(
            Text("Droits", "Rights"),
            until(affiliation.starts_on, affiliation.ends_on, lang) if affiliation else "—",
            lang,
        ),
        entry(
            Text("Complémentaire", "Complementary"),
            f"{insurer_name(link.insurer)} ({LINKS[link.state][lang]})" if link else Text("aucune", "none")[lang],
            lang,
        ),
    ]
    rights = [
        entry(RIGHTS[one.kind], until(one.starts_on, one.ends_on, lang), lang)
        for one in rights_on(session, mine.id, day)
    ]
    kinds: dict[str, Any] = {"title": Text("Exonérations et droits", "Exemptions and rights")[lang]}
    kinds |= {"entries": rights} if rights else {"paragraphs": [Text("Aucun à ce jour.", "None as of today.")[lang]]}
    return paper(mine, "attestation", [{"title": Text("Assuré", "Insured person")[lang], "entries": who}, kinds])


def decision(desk: Desk) -> Response:
    """What was decided of an act, why, and how to object."""
    mine = Mine.of(desk, Action.READ_CLAIMS, Tag.CLAIM_READ)
    claim = get_claim(desk.session, desk.request.path_params["id"], mine.id)
    row, lang = current_decision(desk.session, claim.id), desk.lang
    why = [one for one in why_of(desk.session, claim.id, lang)["decisions"] if one["current"]]
    told = notified_on(desk, claim)
    amounts = [
        entry(Text("Professionnel", "Professional"), doctor_name(desk.session, claim.professional_id), lang),
        entry(Text("Soins du", "Care of"), long_date(claim.care_date, lang), lang),
        entry(Text("Montant", "Amount"), euros(claim.fee, lang), lang),
        entry(Text("Remboursé", "Refunded"), euros(row.amo, lang) if row else "—", lang),
    ]
    if told:
        amounts.append(entry(Text("Notifié le", "Notified on"), long_date(told, lang), lang))
    months = thresholds.whole("delais.recours_mois", desk.today)
    remedies = Text(
        "Vous pouvez demander une explication à votre caisse, puis saisir gratuitement sa commission de recours amiable"
        + (f" jusqu'au {long_date(objections.act_by(told), lang)}" if told else "")
        + f" ; ensuite le tribunal, dans les {months} mois de sa réponse, ou de son silence de {months} mois.",
        "You may ask your fund to explain, then go to its commission free of charge"
        + (f" until {long_date(objections.act_by(told), lang)}" if told else "")
        + f"; then to the court, within {months} months of its answer, or of its silence of {months} months.",
    )
    reasons = [
        f"{text} ({', '.join(articles)})" if articles else str(text)
        for one in why for text, articles in zip(one["because"], one["articles"], strict=True)
    ]  # fmt: skip
    return paper(
        mine,
        "decision",
        [
            {"title": Text("Décision", "Decision")[lang], "entries": amounts},
            {"title": Text("Motifs", "Reasons")[lang], "paragraphs": reasons or ["—"]},
            {"title": Text("Recours", "Remedies")[lang], "paragraphs": [remedies[lang]]},
        ],
    )


def declaration(desk: Desk) -> Response:
    """Who is the médecin traitant, since when."""
    mine = Mine.of(desk, DeclarationAction.READ_DECLARATION, DeclarationTag.DECLARATION_READ)
    tenure, lang = timeline.as_of(desk.session, mine.id, desk.today), desk.lang
    said = [
        entry(Text("Assuré", "Insured person"), mine.name, lang),
        entry(
            Text("Médecin traitant", "Médecin traitant"),
            doctor_name(desk.session, tenure.professional_id) if tenure else Text("aucun", "none")[lang],
            lang,
        ),
        *(
            [entry(Text("En vigueur", "In force"), period(tenure.starts_on, tenure.ends_on, lang), lang)]
            if tenure
            else []
        ),
    ]
    return paper(mine, "declaration", [{"title": TITLES["declaration"][lang], "entries": said}])


def letter(desk: Desk) -> Response:
    """A letter of referral, for who may read it."""
    record = desk.unit.find(
        REFERRAL, desk.request.path_params["id"], ReferralAction.READ_LETTER, ReferralTag.REFERRAL_READ_LETTER
    )
    row, lang = referrals.get_referral(desk.session, record.id or ""), desk.lang
    content = referrals.letter_of(row)
    filled = [(text[lang], getattr(content, name)) for name, text in SECTIONS.items()]
    head = [
        entry(Text("De", "From"), doctor_name(desk.session, row.author_id), lang),
        entry(Text("Le", "On"), long_date(row.issued_on, lang), lang),
        entry(Text("Valable jusqu'au", "Valid until"), long_date(row.valid_until, lang), lang),
    ]
    sections: list[dict[str, Any]] = [{"title": TITLES["letter"][lang], "entries": head}]
    sections += [{"title": title, "paragraphs": [text]} for title, text in filled if text]
    return paper(Mine.named(desk, row.insured_id), "letter", sections)
