"""Keep the code of a paper, and say whether a code is one of ours."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from parcours.registry.papers.models import Paper


def keep(session: Session, code: str, kind: str, insured_id: str, *, on: date) -> Paper:
    """Remember that a paper with this code was made; the same paper made again is the same code."""
    known = find(session, code)
    if known is not None:
        return known
    row = Paper(code=code, kind=kind, made_on=on, insured_id=insured_id)
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError:
        return find(session, code) or row
    return row


def find(session: Session, code: str) -> Paper | None:
    """The paper of a code, as people copy it: spaces, case and hyphens do not matter."""
    letters = "".join(letter for letter in code.upper() if letter.isalnum())
    shown = "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))
    return session.scalar(select(Paper).where(Paper.code == shown))
