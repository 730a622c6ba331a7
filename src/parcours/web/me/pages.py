"""The addresses of the account of an insured person."""

from starlette.routing import Route

from parcours.web.desk.room import room
from parcours.web.me import doctor
from parcours.web.me.home import home

BOTH = ["GET", "POST"]


def routes() -> list[Route]:
    """Every page of the account."""
    doctors = room(
        doctor.my_doctor, propose=doctor.propose, sign=doctor.sign, refuse=doctor.refuse, withdraw=doctor.withdraw,
        leave=doctor.leave, ask_help=doctor.ask_help, stop_help=doctor.stop_help,
    )  # fmt: skip
    return [
        Route("/me", room(home)),
        Route("/me/doctor", doctors, methods=BOTH),
    ]
