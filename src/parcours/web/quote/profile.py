"""What stays true of a person from one visit to the next: kept on the device when it is asked, and nowhere else."""

from urllib.parse import urlencode

from parcours.text import COLON
from parcours.web import i18n
from parcours.web.quote import questions
from parcours.web.quote.form import Form
from parcours.web.quote.view import Profile

OF_THE_PERSON = ("age", "medecin_traitant", "exemption", "c2s", "ame", "scheme", "contract")
"""Facts of who is treated; the others are those of a visit."""
LASTING = frozenset({"none", "invalidite", "rente_at", "maternite"})
"""Exemptions of whoever the care is for; an ALD covers the care that is for it, and is asked about at each visit."""
COVER = ("exemption", "c2s", "ame", "scheme")


def profile_of(form: Form) -> Profile:
    """The profile of a form."""
    given = form.state.given
    lasting = LASTING.issuperset((given.get("exemption") or "none").split("+"))
    kept = {name: given[name] for name in OF_THE_PERSON if name in given and (lasting or name not in COVER)}
    pairs = [(name, "none" if name == "contract" and value is None else value or "") for name, value in kept.items()]
    colon = i18n.typography(COLON[form.lang], form.lang)
    said = [
        f"{form.words(card.short)}{colon}{form.words_of(card)}"
        for card in questions.ORDER
        if set(card.facts) & kept.keys() and form.words_of(card)
    ]
    return Profile(urlencode(pairs), " · ".join(said), form.page.address("/", tuple(pairs)))
