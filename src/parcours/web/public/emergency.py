"""`/emergency`: whom to call. One click from every page; it needs no script, no data and no other page."""

from __future__ import annotations

from typing import Final, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from parcours.web.i18n import N_
from parcours.web.pages import Page, public


class Number(NamedTuple):
    """A number to call, whom it reaches, and when to use it."""

    number: str
    name: str
    detail: str
    sms: bool = False

    @property
    def link(self) -> str:
        """The address that dials it."""
        return ("sms:" if self.sms else "tel:") + self.number.replace(" ", "")


URGENT: Final = (
    Number("18", N_("Fire brigade"), N_("Fire, accident, rescue; they also bring first aid.")),
    Number("17", N_("Police"), N_("Assault, theft, danger from someone.")),
    Number("112", N_("European emergency number"), N_("From any phone, even locked or without credit.")),
    Number("114", N_("By text message"), N_("Deaf or hard of hearing, or unable to speak aloud."), sms=True),
    Number("196", N_("Rescue at sea"), N_("From the shore; at sea, VHF channel 16.")),
    Number("191", N_("Rescue in the air"), N_("An aircraft in distress.")),
    Number("3114", N_("Suicide prevention"), N_("For oneself or someone close: a professional listens.")),
    Number("119", N_("A child in danger"), N_("For the child or anyone who worries.")),
    Number("3919", N_("Violence against women"), N_("Listening and guidance; in danger, call 17.")),
)
SOON: Final = (
    Number("116 117", N_("Doctor on call"), N_("Free, only in some regions; 15 everywhere.")),
    Number("3624", N_("SOS Médecins"), N_("A doctor at home where it exists; the call is charged.")),
)
POISON: Final = (
    ("Angers", "02 41 48 21 21"),
    ("Bordeaux", "05 56 96 40 80"),
    ("Lille", "0 800 59 59 59"),
    ("Lyon", "04 72 11 69 11"),
    ("Marseille", "04 91 75 25 25"),
    ("Nancy", "03 83 22 50 50"),
    ("Paris", "01 40 05 48 48"),
    ("Toulouse", "05 61 77 74 47"),
)


async def emergency(request: Request) -> Response:
    """The page."""
    return public(Page.of(request), "emergency.html", urgent=URGENT, soon=SOON, poison=POISON)
