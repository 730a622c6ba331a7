"""`/me/calendar`: what one is due, with price and place; done or refused is said here; a file for one's diary."""

from starlette.responses import Response

from parcours.engine.prevention.facts import BODY, UNSAID
from parcours.engine.prevention.say import Said, Sorted, arranged, name_of, places, question_of, when
from parcours.registry.prevention import service
from parcours.registry.prevention.context import Action, Tag
from parcours.registry.prevention.ics import ics
from parcours.registry.prevention.models import Source, StatementKind
from parcours.text import Text
from parcours.web.desk.room import Desk, wrong
from parcours.web.me.person import Mine

TITLE = Text("Prévention", "Prevention")
LEAD = Text(
    "Les examens, dépistages et vaccins pour vous. Aucun résultat n'est gardé.",
    "Examinations, screenings and vaccines for you. No result is kept.",
)  # fmt: skip
GROUPS = {
    "now": Text("Maintenant", "Now"), "to_answer": Text("À préciser", "To be answered"),
    "following": Text("Ensuite", "Next"), "done": Text("Fait", "Done"),
    "if_you_wish": Text("Si vous voulez", "If you wish"),
}  # fmt: skip
DONE = Text("C'est fait", "It is done")
REFUSE = Text("Ne plus me le proposer", "Do not offer it again")
NEUTRAL = Text("Dans mon agenda, sans les noms", "In my diary, without the names")
NAMED = Text("Dans mon agenda, avec les noms", "In my diary, with the names")
ANSWERS: dict[str, tuple[bool | str, Text]] = {"yes": (True, Text("Oui", "Yes")), "no": (False, Text("Non", "No")),
           "unsaid": (UNSAID, Text("Je préfère ne pas le dire", "I prefer not to say"))}  # fmt: skip
NOTHING = Text("Rien n'est à faire aujourd'hui.", "Nothing is due today.")


def mine_for(desk: Desk) -> Mine:
    """The person of the calendar, if the policy allows to read it."""
    return Mine.of(desk, Action.READ_CALENDAR, Tag.PREVENTION_CALENDAR_READ)


def calendar_for(mine: Mine) -> list[Said]:
    """The calendar; a parent sees nothing of what is a minor's own."""
    return service.calendar_of(mine.desk.session, mine.id, mine.desk.today, by_parent=not mine.is_own)


def my_calendar(desk: Desk) -> Response:
    """The page."""
    mine = mine_for(desk)
    found = arranged(calendar_for(mine), desk.today)
    return mine.show(
        "me/calendar.html", groups=groups(found, desk.lang), title=TITLE[desk.lang], lead=LEAD[desk.lang],
        do_done=DONE[desk.lang], do_refuse=REFUSE[desk.lang], neutral=NEUTRAL[desk.lang], named=NAMED[desk.lang],
        answers=[(name, said[desk.lang]) for name, (_, said) in ANSWERS.items()], nothing=NOTHING[desk.lang],
        file=mine.url("/me/calendar.ics"),
        file_named=mine.url("/me/calendar.ics", names="yes"),
    )  # fmt: skip


def groups(found: Sorted, lang: str) -> list[tuple[str, str, list[dict[str, str]]]]:
    """What the page lists; an empty group is left out."""
    shown = [(name, title[lang], [line(one, lang) for one in getattr(found, name)]) for name, title in GROUPS.items()]
    return [one for one in shown if one[2]]


def line(said: Said, lang: str) -> dict[str, str]:
    """One programme in words."""
    question = question_of(said.item)
    return {
        "id": said.item.programme.id, "name": name_of(said.item, lang), "when": when(said.item, lang),
        "price": said.price.said[lang], "where": places(said.item, lang),
        "question": question[lang] if question else "",
        "fact": f"has_{said.item.question}" if f"has_{said.item.question}" in BODY else "",
    }  # fmt: skip


def calendar_file(desk: Desk) -> Response:
    """The calendar as appointments, without names unless they are wanted."""
    mine = mine_for(desk)
    content = ics(calendar_for(mine), desk.today, desk.lang, named=dict(desk.page.query).get("names") == "yes")
    headers = {"Content-Disposition": 'attachment; filename="calendar.ics"', "Cache-Control": "private, no-store"}
    return Response(content, headers=headers, media_type="text/calendar")


def say(desk: Desk, kind: StatementKind) -> Response:
    """Keep what the person says of a programme."""
    record = desk.person(Action.WRITE_CALENDAR)
    new = service.NewStatement(kind.value, desk.field("programme", 60), desk.today, Source.PATIENT_SAYS.value)
    service.state(desk.session, record.insured_id or "", new)
    desk.unit.note(Tag.PREVENTION_STATEMENT_CREATE, record, kind=kind.value)
    return desk.go(done="saved")


def it_is_done(desk: Desk) -> Response:
    """It was done, today or before."""
    return say(desk, StatementKind.DONE)


def answer(desk: Desk) -> Response:
    """Say what decides whether a programme concerns one; not to say it is an answer, and it is not asked again."""
    record = desk.person(Action.WRITE_CALENDAR, Tag.PREVENTION_PROFILE_CHANGE)
    fact, given = desk.field("fact", 40), desk.field("value", 10)
    if fact not in BODY or given not in ANSWERS:
        raise wrong("value", Text("oui, non, ou je préfère ne pas le dire", "yes, no, or I prefer not to say"))
    service.answer(desk.session, record.insured_id or "", fact, ANSWERS[given][0])
    return desk.go(done="saved")


def refuse(desk: Desk) -> Response:
    """No more of it."""
    return say(desk, StatementKind.REFUSED)
