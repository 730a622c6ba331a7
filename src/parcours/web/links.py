"""Where to go from an answer: our own pages, and the official ones. One name, one address, everywhere."""

from parcours.web.i18n import N_
from parcours.web.pages import Page, text

SERVICE_PUBLIC = "https://www.service-public.fr/particuliers/vosdroits/"
DECLARE = SERVICE_PUBLIC + "F163"
REFUNDS = SERVICE_PUBLIC + "F165"
DIRECT_BILLING = SERVICE_PUBLIC + "F167"
OFFICIAL_DIRECTORY = "https://annuairesante.ameli.fr"
AMELI = "https://www.ameli.fr/assure"
ABROAD = AMELI + "/droits-demarches/europe-international/protection-sociale-etranger/vacances-etranger"
PLANNED_ABROAD = "https://www.cleiss.fr/particuliers/partir/soins/ue/soins-programmes-ue-eee.html"
SOUTIEN_PSY = "https://monsoutienpsy.ameli.fr"
LINKS = {
    "directory": (N_("Find a doctor"), "/directory"),
    "emergency": (N_("Emergency numbers"), "/emergency"),
    "teleconsultation": (N_("A remote consultation: when it is refunded"), "/situations/teleconsultation"),
    "my_doctor": (N_("Declare from my space (for who has an account), or ask the fund to help"), "/me/doctor"),
    "start": (N_("New in France, step by step"), "/start"),
    "compare": (N_("Compare mutuelles over a year"), "/compare"),
    "prevention": (N_("What I am due, at my age"), "/prevention"),
    "bill": (N_("Settle a whole bill"), "/bill"),
    "my_money": (N_("My refunds"), "/me/money"),
    "my_objections": (N_("Object from my space"), "/me/objections"),
    "declare": (N_("The declaration, official page"), DECLARE),
    "refunds": (N_("Refunds, official page"), REFUNDS),
    "direct_billing": (N_("Direct billing, official page"), DIRECT_BILLING),
    "my_card": (N_("European card, from my space"), "/me/card"),
    "abroad": (N_("Care abroad, official page"), ABROAD),
    "planned_abroad": (N_("Planned care in Europe, official page"), PLANNED_ABROAD),
    "fund": (N_("Write to your fund, or find its address"), AMELI),
    "msa": (N_("The MSA, official site"), "https://www.msa.fr"),
    "official_directory": (N_("Official directory"), OFFICIAL_DIRECTORY),
    "soutien_psy": (N_("Directory of Mon soutien psy"), SOUTIEN_PSY),
    "c2s": (N_("Ask for the C2S, official page"), "https://www.complementaire-sante-solidaire.gouv.fr"),
}
"""Name of a link in a page's file: its words and its address."""


def links_of(names: tuple[str, ...], page: Page) -> list[tuple[str, str]]:
    """The links of a page: words and address."""
    found = [(text(words, page.lang), address) for words, address in (LINKS[name] for name in names)]
    return [(words, address if address.startswith("https:") else page.url(address)) for words, address in found]
