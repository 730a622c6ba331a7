"""Keeps the catalogues in step with the pages: `python -m tools.catalogue` extracts messages, updates the `.po`.

The tests use `extracted()` to refuse a message without a translation, and a translation nobody uses.
"""

from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from parcours.web import pages
from parcours.web.i18n import LOCALES

PAGES = Path(pages.__file__).parent
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2.ext:babel_extract")]
KEYWORDS: dict[str, Any] = {"_": None, "N_": None, "say": None, "text": None}
OPTIONS = {"templates/**.html": {"trimmed": "true", "extensions": "jinja2.ext.do", "silent": "false"}}


def extracted() -> Catalog:
    """Every message of the pages."""
    catalogue = Catalog(project="parcours", charset="utf-8")
    for name, line, message, _, _ in extract_from_dir(PAGES, METHODS, OPTIONS, KEYWORDS):
        catalogue.add(message, locations=[(name, line)])
    return catalogue


def path_of(language: str) -> Path:
    """The catalogue of a language."""
    return LOCALES / language / "LC_MESSAGES" / "messages.po"


def stored(language: str) -> Catalog:
    """The catalogue of a language as it is stored."""
    with path_of(language).open("rb") as file:
        return read_po(file, locale=language)


def store(language: str, catalogue: Catalog) -> None:
    """Write a catalogue, with a header that only changes when something does."""
    fields = {
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
    }
    lines = "".join(f'"{name}: {value}\\n"\n' for name, value in fields.items())
    header = f'msgid ""\nmsgstr ""\n{lines}\n'
    with path_of(language).open("wb") as file:
        file.write(header.encode())
        write_po(file, catalogue, width=120, include_lineno=False, sort_output=True, omit_header=True)


def update(language: str) -> list[str]:
    """Bring a catalogue up to date; the messages that have no translation."""
    catalogue = stored(language)
    catalogue.update(extracted(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    store(language, catalogue)
    return [str(message.id) for message in catalogue if message.id and not message.string]


def main() -> None:
    """Update every catalogue and name what is left to translate."""
    for folder in sorted(LOCALES.iterdir()):
        missing = update(folder.name)
        print(f"{folder.name}: {len(missing)} to translate")
        for message in missing:
            print(f"  {message}")


if __name__ == "__main__":
    main()
