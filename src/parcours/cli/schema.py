"""`parcours schema`: the JSON Schema of facts and results."""

import typer

app = typer.Typer(add_completion=False)


@app.command()
def schema() -> None:
    """Print the JSON Schema of the facts and of the results."""
    from parcours.engine.facts.jsonio import dumps
    from parcours.engine.facts.schema import facts_schema, result_schema

    typer.echo(dumps({"facts": facts_schema(), "result": result_schema()}, indent=1))
