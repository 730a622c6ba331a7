"""Professionals by the words of their names: beginnings of words, all of them, in any order; else one letter off."""

from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_uppercase

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from parcours.registry.directory.models import NameToken, Offer
from parcours.registry.identity.names import fold, next_prefix

SHORTEST = 2
"""Letters of a beginning."""
MOST_NAMED = 500
RARE = 20_000
"""Up to how many bearers of a word are counted, to begin with the rarest."""
LONGEST = 8
"""Words looked at."""


@dataclass(frozen=True)
class Named:
    """Who bears the words, 0 where a word is whole and 1 where all are beginnings; and the word searched instead."""

    ranks: dict[str, int]
    corrected: str = ""


Area = Sequence[ColumnElement[bool]]
"""What an offer of who is found must answer: it is near the place that was searched."""


def find_names(session: Session, words: str, area: Area = ()) -> Named:
    """Who bears every word, there. Where nobody in the country does, the rarest word is tried with one letter off, and
    that is said.
    """
    asked = sorted({word for word in fold(words).split() if len(word) >= SHORTEST}, key=len, reverse=True)[:LONGEST]
    if not asked:
        return Named({})
    by_rarity = sorted(asked, key=lambda word: (_count(session, word), word))
    found = _bearing(session, by_rarity, area)
    if found or (area and _bearing(session, by_rarity, (), most=1)):
        return Named(found)
    near = _one_letter_off(session, by_rarity[0])
    for word in near:
        if found := _bearing(session, [word, *by_rarity[1:]], area):
            return Named(found, word)
    return Named({})


def _begins(token: InstrumentedAttribute[str], word: str) -> ColumnElement[bool]:
    end = next_prefix(word)
    return and_(token >= word, token < end) if end else token >= word


def _count(session: Session, word: str) -> int:
    some = select(NameToken.professional_id).where(_begins(NameToken.token, word)).limit(RARE).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def _bearing(session: Session, words: list[str], area: Area, most: int = MOST_NAMED) -> dict[str, int]:
    first, *others = words
    statement = select(NameToken.professional_id, NameToken.token).where(_begins(NameToken.token, first))
    statement = statement.where(*(NameToken.names.contains(f" {word}", autoescape=True) for word in others))
    if area:
        there = select(Offer.id).where(Offer.professional_id == NameToken.professional_id, *area)
        statement = statement.where(there.correlate(NameToken).offset(0).exists())  # one look each, never a join
    found: dict[str, int] = {}
    rows = session.execute(statement.order_by(NameToken.token, NameToken.professional_id).limit(most))
    for professional_id, token in rows:
        found[professional_id] = min(found.get(professional_id, 1), int(token != first))
    return found


def _one_letter_off(session: Session, word: str) -> list[str]:
    """Words that somebody bears, one letter more, less, changed or exchanged away; in the order of the alphabet."""
    cuts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    near = {left + right[1:] for left, right in cuts if right}
    near |= {left + right[1] + right[0] + right[2:] for left, right in cuts if len(right) > 1}
    near |= {left + letter + right[1:] for left, right in cuts if right for letter in ascii_uppercase}
    near |= {left + letter + right for left, right in cuts for letter in ascii_uppercase}
    near = {one for one in near - {word} if len(one) >= SHORTEST}
    borne = select(NameToken.token).where(NameToken.token.in_(sorted(near))).distinct()
    return sorted(session.scalars(borne))
