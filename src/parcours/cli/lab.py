"""`parcours lab`: a synthetic France, and the law one can move."""

import typer

from parcours.cli import lab_data, lab_run
from parcours.cli.usage import Group

app = typer.Typer(cls=Group, add_completion=False, no_args_is_help=True, help="A synthetic France, and reforms to try.")
app.command("run")(lab_run.run)
app.command("reforms")(lab_run.reforms)
app.command("validate")(lab_data.validate)
app.command("export")(lab_data.export)
