"""Lists of the account that are longer than a page go on, and show each thing once."""

import re
from datetime import timedelta
from html import unescape

from parcours.registry.messages.models import MessageKind
from parcours.registry.messages.service import send as send_message
from parcours.registry.store.clock import now_utc, paris_today
from parcours.web.me import papers
from tests.api.fixtures import *  # noqa: F403 - databases, a country, accounts
from tests.api.fixtures import _keys  # noqa: F401
from tests.web.test_me import database_kind, people  # noqa: F401
from tests.web.test_practice import change


def test_messages_longer_than_a_page_go_on(people, country, database_url, monkeypatch):  # noqa: F811
    monkeypatch.setattr(papers, "MESSAGES", 2)

    def five(session):
        for number in range(5):
            day, body = paris_today() - timedelta(days=number // 2), {"to_pay": f"{number}.00"}
            who = country.alice
            send_message(session, MessageKind.AVIS, "to_pay", who, body, insured_id=who, day=day, at=now_utc())

    change(database_url, five)
    path, met, pages = "/me/messages", [], 0
    while path:
        page = people("alice").get(path).text
        met += re.findall(r"/me/messages/([0-9a-f-]+)\.pdf", page)
        more = re.search(r'class="button ghost" href="(/me/messages\?[^"]+)"', page)
        path, pages = unescape(more[1]) if more else "", pages + 1
    assert len(met) == len(set(met)) == 5
    assert pages >= 3
