"""The pages and their addresses."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from parcours.engine.say.sitting import Sitting
from parcours.text import LANGS
from parcours.web import assets, i18n, pages
from parcours.web.account import apps, own
from parcours.web.account import pages as account
from parcours.web.account import security as proofs
from parcours.web.account.outbox import outbox_page
from parcours.web.admin import pages as admin
from parcours.web.bill.bill import bill_page, bill_pdf, bill_receipt_file, bill_text
from parcours.web.bill.catalogue import known_codes
from parcours.web.bill.letters import letter_file
from parcours.web.compare.compare import compare_page
from parcours.web.directory.find import directory_page
from parcours.web.directory.professional import appointment, professional_page, report_page
from parcours.web.forms import form_page
from parcours.web.fund import pages as fund
from parcours.web.i18n import N_
from parcours.web.insurer import pages as insurer
from parcours.web.lab.page import lab_file, lab_page
from parcours.web.me import pages as me
from parcours.web.pages import Page, answer
from parcours.web.practice import pages as practice
from parcours.web.public import law_pages, verify
from parcours.web.public.api_docs import api_docs, usual_address
from parcours.web.public.article_pages import law_article
from parcours.web.public.emergency import emergency
from parcours.web.public.fhir_page import fhir_example, fhir_page
from parcours.web.public.indexed import manifest, robots, security, security_page, sitemap
from parcours.web.public.offline import offline, worker
from parcours.web.public.prevention import prevention
from parcours.web.public.rules_pages import decision_table, law_guides, law_rules
from parcours.web.public.search import search, vocabulary
from parcours.web.public.situations import situation_index, situation_page
from parcours.web.public.start import specimen, start
from parcours.web.public.tables_page import tables_page
from parcours.web.quote import questions
from parcours.web.quote.quote import quote_calendar, quote_page, quote_pdf, quote_receipt, quote_text
from parcours.web.quote.state import nothing


def routes() -> list[Route]:
    """Every page."""
    return [
        Route("/", quote_page),
        Route("/quote.txt", quote_text),
        Route("/quote.pdf", quote_pdf),
        Route("/quote.ics", quote_calendar),
        Route("/letter.pdf", letter_file, methods=["GET", "POST"]),
        Route("/letter.txt", letter_file, methods=["GET", "POST"]),
        Route("/receipt.json", quote_receipt),
        Route("/bill", bill_page),
        Route("/bill.txt", bill_text),
        Route("/bill.pdf", bill_pdf),
        Route("/bill.json", bill_receipt_file),
        Route("/compare", compare_page),
        Route("/lab", lab_page),
        Route("/lab.yaml", lab_file),
        Route("/directory", directory_page),
        Route("/directory/professionals/{id}", professional_page),
        Route("/directory/professionals/{id}/wrong", report_page, methods=["POST"]),
        Route("/directory/professionals/{id}/appointment.ics", appointment),
        Route("/emergency", emergency),
        Route("/offline", offline),
        Route("/worker.js", worker),
        *(Route(path, usual_address) for path in ("/docs", "/redoc", "/api", "/openapi.json")),
        Route("/api/docs", api_docs),
        Route("/api/docs/{part}", api_docs),
        Route("/fhir", fhir_page),
        Route("/fhir.json", fhir_example),
        Route("/prevention", prevention, methods=["GET", "POST"]),
        Route("/start", start),
        Route("/verify", form_page(verify.form, verify.check), methods=["GET", "POST"]),
        Route("/start/sheet.pdf", specimen),
        Route("/search", search),
        Route("/glossary", law_pages.glossary),
        Route("/situations", situation_index),
        Route("/situations/{slug}", situation_page),
        Route("/tables", tables_page),
        Route("/law", law_pages.law_index),
        Route("/law/parameters/{id}", law_pages.law_parameter),
        Route("/law/rules", law_rules),
        Route("/law/decision-table", decision_table),
        Route("/law/guides", law_guides),
        Route("/law/articles", law_pages.law_articles),
        Route("/law/articles/{id}", law_article),
        Route("/law/readings", law_pages.law_readings),
        Route("/law/limits", law_pages.law_limits),
        Route("/login", form_page(account.login_form, account.log_in), methods=["GET", "POST"]),
        Route("/login/demo", form_page(account.login_form, account.enter_demonstration), methods=["POST"]),
        Route("/outbox", outbox_page),
        Route("/my", form_page(account.to_own_place, account.to_own_place)),
        *me.routes(),
        *practice.routes(),
        *fund.routes(),
        *insurer.routes(),
        *admin.routes(),
        Route("/account", form_page(own.account_page, own.leave), methods=["GET", "POST"]),
        Route("/account/identity", form_page(own.identity_form, own.prove_identity), methods=["GET", "POST"]),
        Route("/authorize", form_page(apps.authorize, apps.authorize), methods=["GET", "POST"]),
        Route("/account/apps", form_page(apps.my_apps, apps.take_back), methods=["GET", "POST"]),
        Route("/account/security", form_page(proofs.security, proofs.change), methods=["GET", "POST"]),
        Route("/forgot", form_page(account.forgot_form, account.forgot), methods=["GET", "POST"]),
        Route("/reset", form_page(account.reset_form, account.reset), methods=["GET", "POST"]),
        Route("/static/{fingerprint}/{name:path}", assets.serve_asset),
        Route("/favicon.ico", favicon),
        Route("/robots.txt", robots),
        Route("/sitemap.xml", sitemap),
        Route("/manifest.webmanifest", manifest),
        Route("/.well-known/security.txt", security),
        Route("/security", security_page),
    ]


def prepare() -> None:
    """Do once, before traffic, what the first visitor would wait for."""
    assets.assets()
    for lang in LANGS:
        i18n.messages(lang)
        env = pages.environment(lang)
        for template in env.list_templates():
            env.get_template(template)
        vocabulary(lang)
    known_codes()
    for option in (*questions.WHO.options, *questions.GYNAECOLOGIST.options):  # the longest step is the first answer
        if "ask" not in option.facts:
            Sitting({**nothing(), **option.facts}).standing()


async def favicon(_: Request) -> Response:
    """For what is not a page (text, JSON), whose icon browsers look for here."""
    mark = assets.assets()["mark.svg"]
    return Response(mark.body, headers={"Cache-Control": "public, max-age=86400"}, media_type=mark.media_type)


NOT_ACCEPTED = (
    N_("This request is not accepted"),
    N_("The address or what was sent with it is not one the site knows."),
)
WENT_WRONG = (
    N_("Something went wrong here"),
    N_("The error is on our side and has been recorded without your data."),
)
ERRORS = {
    404: (
        N_("This page does not exist"),
        N_("The address may have a typing error, or the page may have moved."),
    ),
    413: (N_("This is too long"), N_("What was sent is longer than this page takes. Shorten it, then send it again.")),
    429: (N_("Too many requests"), N_("Wait a minute, then open this page again. Nothing was changed.")),
    503: (N_("Not available for now"), N_("Wait a moment, then open this page again. Nothing was changed.")),
}
"""What an error is called, and what to do."""


def error_page(request: Request, status: int) -> Response:
    """The page of an error, in the visitor's language."""
    page = Page.of(request)
    title, detail = ERRORS.get(status) or (NOT_ACCEPTED if status < 500 else WENT_WRONG)
    translated = [i18n.translate(text, page.lang) for text in (title, detail)]
    return answer(page, "error.html", status, title=translated[0], detail=translated[1], code=status)
