"""The documentation as a site: `python -m tools.docs_site [FOLDER]`, or `make docs`.

The pages of `docs/` and those at the root of the repository are laid in `build/docs`, beside a reference made from the
product itself (commands, facts and results, addresses of the API, the library); Zensical makes the site of them and
refuses a link that leads nowhere. Nothing of the site asks anything of a third party.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

ROOT = Path(__file__).parents[1]
PAGES = ROOT / "build" / "docs"
AT_THE_ROOT = ("README.md", "README.fr.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")
OUTSIDE = re.compile(r"\[([^\]]*)\]\((?:\.\./)*(?:(?:src|tests|benchmarks|tools)/[^)\s]*|Makefile|LICENSE|NOTICE)\)")
"""A link to the code, which the site does not hold: its words stay."""


def lay_pages(folder: Path) -> None:
    """Copy the pages; those of the root go under `project/`, with their links turned to the site."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT / "docs", folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    (folder / "README.md").rename(folder / "index.md")
    for page in folder.rglob("*.md"):
        up = "../" * (len(page.relative_to(folder).parts) - 1)
        page.write_text(turned(page.read_text("utf-8"), up), "utf-8")
    for name in AT_THE_ROOT:
        text = (ROOT / name).read_text("utf-8")
        text = re.sub(r"(\]\(|src=\")docs/README\.md", r"\1docs/index.md", text)
        page = folder / "project" / name.replace("README", "readme")
        page.parent.mkdir(exist_ok=True)
        page.write_text(turned(re.sub(r"(\]\(|src=\")docs/", r"\1../", text), "../"), "utf-8")


def turned(text: str, up: str) -> str:
    """Links to the pages of the root and to the code, seen from a page `up` below the top of the site."""
    for name in AT_THE_ROOT:
        text = re.sub(rf"\]\((?:\.\./)*{re.escape(name)}", f"]({up}project/{name.replace('README', 'readme')}", text)
    text = text.replace(f"]({up}README.md", f"]({up}index.md")
    return OUTSIDE.sub(r"\1", text)


def commands_page() -> str:
    """Every command of `parcours`, its arguments and options."""
    from parcours.cli.main import app

    lines = ["# Commands", "", "What `parcours COMMAND --help` says, command by command.", ""]
    for path, command in commands(typer.main.get_command(app), ()):
        lines += [f"## `{' '.join(('parcours', *path))}`", "", (command.help or "").replace("\n", " "), ""]
        shown = [option for option in command.params if not getattr(option, "hidden", False)]
        if shown:
            lines += ["| | | |", "|---|---|---|", *map(option_row, shown), ""]
    return "\n".join(lines)


def commands(command: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The leaves of the tree of commands."""
    if not hasattr(command, "list_commands"):
        yield path, command
        return
    context = typer.Context(command)
    for name in command.list_commands(context):
        yield from commands(command.get_command(context, name), (*path, name))


def option_row(option: Any) -> str:
    """One argument or option: its names, what it takes, what it means."""
    flags = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    takes = "" if getattr(option, "is_flag", False) else option.type.name
    return f"| {flags} | {takes} | {cell(getattr(option, 'help', '') or '')} |"


def facts_page() -> str:
    """The facts that may be given, the results that come back."""
    from parcours.engine.facts.schema import facts_schema, result_schema

    lines = ["# Facts and results", "", "Names are the same in a file, a table, the API and the command line."]
    for part, schema in (("facts", facts_schema()), ("results", result_schema())):
        lines += ["", f"## {part.capitalize()}", "", "| Name | Values | Meaning |", "|---|---|---|"]
        for name, value in schema["properties"].items():
            lines.append(f"| `{name}` | {cell(values(value))} | {cell(value.get('description', ''))} |")
    return "\n".join(lines) + "\n"


def values(schema: dict[str, Any]) -> str:
    """What a fact may be, in one cell."""
    if "enum" in schema:
        return ", ".join(f"`{one}`" for one in schema["enum"] if one not in ("", None))
    kind = schema.get("format") or schema.get("type") or ""
    return str(kind if isinstance(kind, str) else ", ".join(kind))


def api_page() -> str:
    """Every address of the API."""
    from parcours.api.app import create_app

    lines = ["# Addresses of the API", "", "A running server serves the whole of it at `/api/openapi.json`.", ""]
    lines += ["| | | |", "|---|---|---|"]
    for path, operations in create_app().openapi()["paths"].items():
        for method, operation in operations.items():
            lines.append(f"| {method.upper()} | `{path}` | {cell(operation.get('summary', ''))} |")
    return "\n".join(lines) + "\n"


LIBRARY = """# The library

`pip install parcours`, then `import parcours`: these names are its stable face.

::: parcours
    options:
      show_root_heading: false
      show_source: false
      members_order: source
"""


def cell(text: str) -> str:
    """Text that stays in one cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


def lay_reference(folder: Path) -> None:
    """The reference, made from the product itself."""
    reference = folder / "reference"
    reference.mkdir()
    pages = {"commands": commands_page(), "facts": facts_page(), "api": api_page(), "library": LIBRARY}
    for name, text in pages.items():
        (reference / f"{name}.md").write_text(text, "utf-8")


def build() -> int:
    """Lay the pages, make the site; the exit code of Zensical, which is not zero for a link that leads nowhere."""
    lay_pages(PAGES)
    lay_reference(PAGES)
    zensical = Path(sys.executable).with_name("zensical")
    return subprocess.run([zensical, "build", "--clean", "--strict"], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(build())
