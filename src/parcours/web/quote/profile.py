"""What stays true of a person from one visit to the next: kept on the device when it is asked, and nowhere else."""

from urllib.parse import urlencode

from parcours.text import COLON
from parcours.web import i18n
from parcours.web.quote import questions
from parcours.web.quote.form import Form
from parcours.web.quote.last import OF_ONE_VISIT, OF_THE_CARE, grounds
from parcours.web.quote.view import Profile

OF_THE_PERSON = ("age", "medecin_traitant", "exemption", "c2s", "ame", "scheme", "contract")
"""Facts of who is treated; the others are those of a visit."""


def profile_of(form: Form) -> Profile:
    """The profile of a form."""
    given = form.state.given
    kept = {name: given[name] for name in OF_THE_PERSON if name in given}
    if not set(OF_ONE_VISIT).isdisjoint(grounds(kept.get("exemption"))):
        del kept["exemption"]  # "none" is not what was said: the next visit may be another examination
    pairs = [(name, "none" if name == "contract" and value is None else value or "") for name, value in kept.items()]
    if not set(OF_THE_CARE).isdisjoint(grounds(kept.get("exemption"))):
        pairs.append(("unsure", "exemption"))  # whether the next care is for it is asked then
    colon = i18n.typography(COLON[form.lang], form.lang)
    said = [
        f"{form.words(card.short)}{colon}{form.words_of(card)}"
        for card in questions.ORDER
        if set(card.facts) & kept.keys() and form.words_of(card)
    ]
    return Profile(urlencode(pairs), " · ".join(said), form.page.address("/", tuple(pairs)))
