"""`/`: the quote. The facts are in the address, under their names in the vocabulary; nothing is kept or identifies.

The address is read once (`state.py`); the engine says what still matters and between what and what the patient's share
lies, and settles. Here the page is put together: the question in plain words (`form.py`), the result (`result.py`).
"""

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from parcours import documents
from parcours.engine.case import ABSENT, Answer
from parcours.engine.errors import FactError, MissingFact
from parcours.engine.say.explain import explain
from parcours.engine.say.receipt import canonical
from parcours.engine.say.wording import facts_said
from parcours.law.loader import load
from parcours.text import COLON, euros
from parcours.web import i18n
from parcours.web.i18n import N_
from parcours.web.letters import LONGEST, fields
from parcours.web.links import SOUTIEN_PSY, links_of
from parcours.web.pages import PRIVATE, Page, answer, text, today
from parcours.web.quote import guards, last, questions
from parcours.web.quote.cards import Card
from parcours.web.quote.form import Form
from parcours.web.quote.letters import OF_DISPUTES, Dispute, dispute_of, letters_of
from parcours.web.quote.papers import answer_paper, for_programs
from parcours.web.quote.profile import profile_of
from parcours.web.quote.refused import Wrong, notice, unlikely, wrong_of
from parcours.web.quote.result import as_text, details, exact_result, of_lines, open_result
from parcours.web.quote.split import OF_ONE_ACT, bill_pairs, code_of, receipt_of, split_of
from parcours.web.quote.state import State, nothing, state_of
from parcours.web.quote.supplements import Supplement, supplements, visit_code
from parcours.web.quote.todo import About, Group, Todo, events
from parcours.web.quote.unsure import between, outcomes, unsure_url, whatever_is_not_known
from parcours.web.quote.view import Quote, Result, Stop

STARTS = (
    (
        N_("I saw a dermatologist without a referral"),
        {"specialty": "dermatologie", "medecin_traitant": "true", "role": "autre", "referral": "none"},
    ),
    (N_("My child has a fever on holiday"), {"specialty": "generaliste", "away": "true"}),
    (
        N_("The doctor on call, on a Sunday, with or without a call to the 15"),
        {"specialty": "generaliste", "special_setting": "permanence_des_soins", "ask": "care_date"},
    ),
    (N_("Psychiatrist, I am 22"), {"specialty": "psychiatrie", "age": "22", "role": "autre", "referral": "none"}),
    (
        N_("A GP who is not mine"),
        {"specialty": "generaliste", "medecin_traitant": "true", "role": "autre", "referral": "none"},
    ),
    (
        N_("I have no médecin traitant"),
        {"specialty": "generaliste", "medecin_traitant": "false", "role": "autre", "referral": "none"},
    ),
    (
        N_("Glasses, straight to the eye doctor"),
        {"specialty": "ophtalmologie", "role": "autre", "referral": "none", "purpose": "refraction"},
    ),
    (
        N_("My doctor sent me to a cardiologist"),
        {
            "specialty": "cardiologie",
            "medecin_traitant": "true",
            "role": "correspondant",
            "referral": "soins_iteratifs",
        },
    ),
    (
        N_("Contraception, gynaecologist"),
        {
            "specialty": "gynecologie_obstetrique",
            "role": "autre",
            "referral": "none",
            "purpose": "contraception",
            "unsure": "specialty",
        },
    ),
)


async def quote_page(request: Request) -> Response:
    """The page, or the part of it that changes."""
    page = Page.of(request)
    quote = quote_of(page)
    template = "_quote_partial.html" if page.partial else "quote.html"
    return answer(page, template, 400 if quote.error else 200, PRIVATE, quote=quote)


async def quote_text(request: Request) -> Response:
    """`/quote.txt`: the same answer as plain text; while a question is open, that question."""
    page = Page.of(request)
    quote = quote_of(page)
    headers = {"Cache-Control": PRIVATE, "Content-Language": page.lang}
    words = quote.error or quote.text or unfinished(quote, page)
    return PlainTextResponse(words + "\n", 400 if quote.error else 200, headers)


def unfinished(quote: Quote, page: Page) -> str:
    """Why there is no amount yet: nothing is refunded, or a question is open, which is answered at its address."""
    if quote.stop:
        return f"{quote.stop.title}\n{quote.stop.text}"
    address = f"{page.site}{page.address('/', tuple(quote.hidden))}"
    return "\n".join((text("No amount yet. The next question:", page.lang), quote.asked, address))


def quote_pdf(request: Request) -> Response:
    """`/quote.pdf`: the same answer on one sheet of paper, made in a thread of its own."""
    page = Page.of(request)
    settled = state_of(page).outcome
    quote = quote_of(page)
    if quote.result is None or quote.details is None or isinstance(settled, FactError):
        return missing(quote.error, page.lang)
    address = f"{page.site}{page.address('/', tuple(quote.hidden))}"
    kept = receipt_of(settled, quote.split)
    paper = answer_paper(quote, quote.result, quote.details, kept["hash"], address, page.lang)
    pdf = documents.render("answer", paper, page.lang, for_programs(kept, page.lang))
    name = f"parcours-{quote.care_date.isoformat()}.pdf"
    headers = {"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": PRIVATE}
    return Response(pdf, headers=headers, media_type="application/pdf")


def missing(error: str | None, lang: str) -> Response:
    """What a paper needs and the address does not say."""
    words = error or text("Some facts are missing: answer the questions first.", lang)
    return PlainTextResponse(f"{words}\n", 400)


async def quote_receipt(request: Request) -> Response:
    """`/receipt.json`: the receipt of a complete answer, to keep and to replay; of its lines where a price splits."""
    page = Page.of(request)
    state = state_of(page)
    settled = state.outcome
    if state.refused or isinstance(settled, FactError):
        return missing(wrong(state, settled, page.lang), page.lang)
    kept = receipt_of(settled, split_of(page, state, settled, Form(state, page).pairs(state.given))[0])
    name = f"parcours-{state.given['care_date']}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": PRIVATE}
    return Response(canonical(kept) + "\n", headers=headers, media_type="application/json")


def wrong(state: State, outcome: Answer | FactError | None, lang: str) -> str | None:
    """What is wrong with a fact, in words; one that is only missing is asked instead."""
    error = state.unknown or (outcome if type(outcome) is FactError else state.refused)
    return wrong_of(error, state.written if error is state.refused else "", lang).text if error else None


HEADINGS = {
    "": N_("What will your visit cost?"),
    "medecin": N_("What will your visit cost?"),
    "pharmacie": N_("What will your medicines cost?"),
    "laboratoire": N_("What will your tests cost?"),
    "transporteur": N_("What will your journey cost?"),
}
OTHER_CARE = N_("What will your care cost?")


def heading_of(form: Form) -> str:
    """What the page answers, in the words of who gives the care."""
    return form.say(HEADINGS.get(form.profession, OTHER_CARE))


def title_of(result: Result | None, heading: str, lang: str) -> str:
    """The title of the page."""
    if result is None:
        return heading
    if result.dispute:
        return text("{amount} asked in excess", lang, amount=result.dispute)
    return text("{amount} left to you", lang, amount=result.left)


def quote_of(page: Page) -> Quote:
    """The whole view of an address."""
    state = state_of(page)
    form, where, given = Form(state, page), state.standing, state.given
    outcome = state.outcome if state.complete or state.unknown else None
    question, said, pairs = form.question(where.fact), list(form.said()), form.pairs(given)
    still = last.answers(question, state)
    settled = outcome if isinstance(outcome, Answer) and not still else None
    split, possible = split_of(page, state, settled, pairs) if settled else (None, [])
    disputed = dispute_of(settled) if settled and not split else None
    if disputed and "act" in state.unsure:
        disputed = disputed._replace(certain=False)
    possible = possible if disputed else []
    if disputed and possible:
        disputed = disputed._replace(certain=False)
    result = more = None
    todo: list[Group] = []
    if settled:
        explanation = explain(settled, page.lang)
        result = replace(
            exact_result(settled, explanation, disputed, split, page.lang), beside="" if split else between(form, where)
        )
        untrue = tuple(lever for fact, lever in last.NOT_TRUE.items() if fact in state.sure)
        more = details(settled, explanation, disputed, page.lang, untrue=untrue)
        if split:
            more = of_lines(more, split, page.lang)
        about = About.one(settled, disputed, more.cheaper)
        if split:
            about = about._replace(amo=split.totals["amo"], amc=split.totals["amc"])
        todo = Todo(page, about).groups()
    elif "specialty" in given or "profession" in given:
        result = open_result(whatever_is_not_known(form, where, still), state.cents("fee"), page.lang)
    if result and not split and ("fee" not in given or "fee" in state.unsure):
        result = replace(result, beside=" ".join(filter(None, (result.beside, may_add(state, page.lang)))))
    if isinstance(outcome, MissingFact):
        question = form.question(outcome.field)
    day = form.day_said()
    halt = stop_of(page, state)
    if halt or state.unknown:
        question = result = more = None
        todo = []
    check = unlikely(given, state.sure, state.day, state.cents("fee"), page.lang) if state.touched else None
    return Quote(
        title=title_of(result, heading_of(form), page.lang),
        heading=heading_of(form),
        care_date=state.day,
        checked=load().verified_on,
        error=wrong(state, outcome, page.lang),
        question=question,
        asked=form.asked(question) if question else "",
        help=form.help(question) if question else "",
        options=list(form.links(question)) if question else [],
        more=form.specialists() if question is questions.WHO else [],
        hidden=pairs,
        hidden_but_date=[(name, value) for name, value in pairs if name != "care_date"],
        terms=[(name, load().glossary[name]) for name in question.terms] if question else [],
        day=day,
        answers=[day, *said] if state.touched else [],
        links=links_of(question.links, page) if question else [],
        back=form.before() if question else "",
        progress=form.progress(len(said)) if question and said else "",
        without=form.url(given) if state.unknown else "",
        wrong=wrong_of(state.refused, state.written, page.lang) if state.refused else None,
        was=dict(page.query).get("was", "") if question and question.kind != "options" else "",
        check=check,
        check_links=check_links(form, check) if check else ("", ""),
        stop=halt,
        notice=notice(state.day, page.lang) if settled else "",
        unsure=unsure_url(form, question) if question else "",
        boxes=form.boxes(question) if question else [],
        nothing_more=[(name, value) for name, value in question.options[0].facts.items()]
        if question and question.options
        else [],
        outcomes=list(outcomes(form)) if state.unsure else [],
        supplements=possible_supplements(state, settled, disputed, question, page, pairs),
        split=split,
        possible=possible,
        letters=letters_of(page, disputed, pairs),
        letter_fields=fields(OF_DISPUTES, page.lang),
        claim_back_url=page.address("/me/claim-back", tuple(pairs)),
        longest=LONGEST,
        todo=todo,
        calendar_url=page.address("/quote.ics", tuple(pairs)),
        assumed=assumed(state, settled, page.lang),
        follows=follows(state, settled, page.lang),
        profile=profile_of(form) if result and result.exact else None,
        starts=[] if state.touched else [(form.say(words), form.url(nothing() | facts)) for words, facts in STARTS],
        result=result,
        details=more,
        text=as_text(state.day, said, result, more, page.lang) if result and more else "",
        text_url=page.address("/quote.txt", tuple(pairs)),
        pdf_url=page.address("/quote.pdf", tuple(pairs)),
        receipt_url=page.address("/receipt.json", tuple(pairs)),
        bill_url=bill_url(page, pairs) if result and result.exact else "",
    )


def stop_of(page: Page, state: State) -> Stop | None:
    """Where the first answer says that the Sécu pays nothing."""
    guard = guards.GUARDS.get(state.given.get("profession") or "")
    if guard is None or state.told != "no":
        return None
    if guard is guards.PARTNER:
        return Stop(
            text("The Sécu refunds nothing of these sessions", page.lang),
            text(
                "You pay the psychologist's price. Some mutuelles pay a sum for "
                "each session: ask yours. A psychologist of Mon "
                "soutien psy, seen directly, is refunded.",
                page.lang,
            ),
            [(text("Directory of Mon soutien psy", page.lang), SOUTIEN_PSY)],
        )
    return Stop(
        text("Without a prescription the Sécu refunds nothing", page.lang),
        text(
            "You pay the whole price, and a mutuelle rarely pays. Ask a doctor "
            "for a prescription before the care: one written "
            "afterwards does not count.",
            page.lang,
        ),
        [(text("Find a doctor", page.lang), page.url("/directory"))],
    )


def check_links(form: Form, check: Wrong) -> tuple[str, str]:
    """Where an unlikely value is confirmed, and where it is asked again."""
    given = form.state.given
    without = {name: value for name, value in given.items() if name != check.fact}
    return form.url(given, sure=form.surely(check.fact)), form.url(without)


def may_add(state: State, lang: str) -> str:
    """What the paper of this day may add to a price that is not known; empty where nothing is."""
    found = supplements(state.given, state.day, 0, lang)
    if not found:
        return ""
    told = [f"{one.code} {euros(one.cents, lang)}" for one in found if not one.only_if]
    held = [f"{one.code} {euros(one.cents, lang)}" for one in found if one.only_if]
    if held:
        condition = next(one.only_if for one in found if one.only_if)
        told.append(text("if {condition}", lang, condition=condition) + COLON[lang] + ", ".join(held))
    words = N_("For the visit alone. The paper of this day may add, lawful and refunded in part: {supplements}.")
    return text(words, lang, supplements=", ".join(told))


def possible_supplements(
    state: State,
    settled: Answer | None,
    disputed: Dispute | None,
    question: Card | None,
    page: Page,
    pairs: list[tuple[str, str]],
) -> list[Supplement]:
    """What may be on the paper beside the visit: when its price is asked, and when more is asked than its tariff."""
    if question is not questions.FEE and (disputed is None or disputed.certain):
        return []
    excess = disputed.excess if disputed else 0
    found = supplements(state.given, state.day, excess, page.lang)
    code = code_of(dict(pairs))
    visit = (settled.act.fee - excess) if settled else state.sitting.tariff()
    return [
        replace(
            one,
            url=page.address("/bill", bill_pairs(pairs, [(visit_code(code, one.code), visit), (one.code, one.cents)])),
        )
        for one in found
    ]


def quote_calendar(request: Request) -> Response:
    """`/quote.ics`: the dated steps, to put in one's calendar."""
    page = Page.of(request)
    quote = quote_of(page)
    if not quote.todo:
        return missing(quote.error, page.lang)
    address = f"{page.site}{page.address('/', tuple(quote.hidden))}"
    headers = {"Content-Disposition": 'attachment; filename="parcours.ics"', "Cache-Control": PRIVATE}
    body = documents.calendar(events(quote.todo, address), today())
    return Response(body, headers=headers, media_type="text/calendar; charset=utf-8")


def bill_url(page: Page, pairs: list[tuple[str, str]]) -> str:
    """The bill that begins with the act of the quote."""
    said = dict(pairs)
    code = code_of(said)
    if not code:
        return ""
    line = (("code", code), ("fee", said.get("fee", "")))
    return page.address("/bill", (*(pair for pair in pairs if pair[0] not in OF_ONE_ACT), *line))


def assumed(state: State, settled: Answer | None, lang: str) -> str:
    """What is taken for granted, in words, as the command line says it; what is simply not there is not said."""
    taken = {name: settled.facts[name] for name in settled.encoded.defaults} if settled else {}
    kept = {name: value for name, value in taken.items() if name not in state.given and value not in ABSENT}
    return i18n.typography(facts_said(kept, state.day_number, lang), lang)


def follows(state: State, settled: Answer | None, lang: str) -> str:
    """The ground that other answers hold, where it was not said: organised screening is prevention."""
    if settled is None or "exemption" not in settled.encoded.inferred:
        return ""
    return i18n.typography(facts_said({"exemption": settled.facts["exemption"]}, state.day_number, lang), lang)
