"""The generated pages of `docs/law/articles/`: one page an article, in our own words, with the cents of its cases."""

from collections.abc import Iterator

from parcours.engine.say.articles import ArticleSaid, CaseSaid, article_said
from parcours.engine.say.wording import day, parameter_text
from parcours.law.data import Parameter
from parcours.law.days import number_of
from parcours.law.loader import load
from parcours.law.texts import Article
from parcours.text import NARROW, NBSP, Lang, Text, euros

MADE = "<!-- Made by `parcours space publish docs/law`: do not edit. -->\n"
LANGS: tuple[Lang, Lang] = ("en", "fr")
HEADINGS = {
    "decides": Text("Ce qu'il décide", "What it decides"),
    "parameters": Text("Les nombres qui en dépendent", "Numbers that depend on it"),
    "others": Text("Autres cas qui le citent", "Other cases that cite it"),
    "readings": Text("Points discutés", "Disputed points"),
    "example": Text("exemple", "example"),
    "version": Text("version du {day}", "version of {day}"),
    "read": Text("lu dans l'état du {day}", "read in the state of {day}"),
    "official": Text("texte officiel", "official text"),
    "later": Text("une version ultérieure est connue", "a later version is known"),
    "own": Text(
        "Dit avec nos mots : seul le texte officiel fait foi.",
        "Said in our own words: the official text alone has force.",
    ),
}  # fmt: skip


def article_pages() -> dict[str, str]:
    """Every page, by its name below `docs/law/`."""
    articles = load().articles
    pages = {f"articles/{id_}.md": markdown(article_page(article)) for id_, article in articles.items()}
    return {"articles/README.md": markdown(index(tuple(articles.values()))), **pages}


def markdown(lines: Iterator[str]) -> str:
    """A page, without the spaces that typography alone needs."""
    return "\n".join(lines).rstrip().replace(NBSP, " ").replace(NARROW, " ") + "\n"


def index(articles: tuple[Article, ...]) -> Iterator[str]:
    """The list of the articles."""
    yield from ("# Articles", "", MADE, "| Article | English | Français | Since |", "|---|---|---|---|")
    for article in articles:
        link = f"[{article.id.replace('-', ' ', 1)}]({article.id}.md)"
        yield f"| {link} | {article.subject['en']} | {article.subject['fr']} | {article.first_day or ''} |"


def article_page(article: Article) -> Iterator[str]:
    """One article, English first."""
    yield from (f"# {article.id.replace('-', ' ', 1)}", "", MADE)
    for lang in LANGS:
        yield from said_in(article_said(article.id, lang), lang)


def said_in(said: ArticleSaid, lang: Lang) -> Iterator[str]:
    """One article in one language."""
    article = said.article
    facts = [
        article.code.title[lang],
        *(
            HEADINGS[name][lang].format(day=day(number_of(known), lang))
            for name, known in (("version", article.first_day), ("read", article.read_on))
            if known
        ),
        f"[{HEADINGS['official'][lang]}]({article.address})",
        *([HEADINGS["later"][lang]] if article.replaced_on else []),
    ]
    yield from (f"## {article.subject[lang]}", "", " · ".join(facts), "", f"*{HEADINGS['own'][lang]}*", "")
    yield from (f"### {HEADINGS['decides'][lang]}", "")
    for paragraph in said.decides:
        yield f"- **{paragraph.at}** {paragraph.text}" if paragraph.at else f"- {paragraph.text}"
        for case in paragraph.cases:
            yield from case_lines(case, lang, "  ")
    yield ""
    if said.others:
        yield from (f"### {HEADINGS['others'][lang]}", "")
        for case in said.others:
            yield from case_lines(case, lang, "")
        yield ""
    if said.parameters:
        yield from (f"### {HEADINGS['parameters'][lang]}", "")
        yield from (f"- `{one.id}`: {one.label[lang]} ({newest(one, lang)})" for one in said.parameters)
        yield ""
    if said.dependents.readings:
        yield from (f"### {HEADINGS['readings'][lang]}", "")
        yield from (f"- `{name}`: {load().readings[name].question[lang]}" for name in said.dependents.readings)
        yield ""


def case_lines(case: CaseSaid, lang: Lang, indent: str) -> Iterator[str]:
    """A case and the cents of its example."""
    yield f"{indent}- `{case.stage.removeprefix('case_')}.{case.case}`: {case.text}"
    if case.amounts:
        cents = ", ".join(f"`{name}` {euros(value, lang)}" for name, value in case.amounts.items())
        yield f"{indent}  {HEADINGS['example'][lang]}: {cents}"


def newest(parameter: Parameter, lang: Lang) -> str:
    """The newest value and its first day."""
    value = parameter.values[-1]
    since = day(number_of(value.first_day), lang)
    return f"{parameter_text(value, parameter.unit, lang)}, {since}"
