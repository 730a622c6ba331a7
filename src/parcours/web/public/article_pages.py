"""`/law/articles/{id}`: one article, what each paragraph decides, each case with the cents of its example."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from parcours.engine.say.articles import ArticleSaid, CaseSaid, article_said, find_article
from parcours.law.days import number_of
from parcours.law.loader import load
from parcours.text import Lang
from parcours.web.pages import Page, answer, today
from parcours.web.public.law_pages import SEEN, current_text


@lru_cache(maxsize=512)
def said(id_: str, lang: Lang, day: int) -> ArticleSaid:
    """An article said with the values of a day: settled once, the law does not change while the process lives."""
    return article_said(id_, lang, day)


async def law_article(request: Request) -> Response:
    """One article; another way of writing its number leads to its address."""
    page = Page.of(request)
    article = find_article(request.path_params["id"])
    if article is None:
        raise HTTPException(404)
    path = f"/law/articles/{article.id}"
    if page.path != path:
        return RedirectResponse(page.url(path), 308)
    shown = said(article.id, "fr" if page.lang == "fr" else "en", number_of(today()))
    return answer(
        page,
        "law/article.html",
        said=shown,
        article=article,
        parameters=[(entry, current_text(entry, page)) for entry in shown.parameters],
        quotes={(case.stage, case.case): query_of(case) for case in every_case(shown)},
        seen=SEEN,
        book=load(),
    )


def every_case(shown: ArticleSaid) -> Iterator[CaseSaid]:
    """The cases of its paragraphs, then the others."""
    for paragraph in shown.decides:
        yield from paragraph.cases
    yield from shown.others


def query_of(case: CaseSaid) -> tuple[tuple[str, str], ...]:
    """The example as the quote takes it; empty where it holds more than plain facts."""
    if not case.amounts or any(isinstance(value, (dict, list)) for value in case.facts.values()):
        return ()
    return tuple((name, plain(value)) for name, value in case.facts.items())


def plain(value: Any) -> str:
    """A fact as an address writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
