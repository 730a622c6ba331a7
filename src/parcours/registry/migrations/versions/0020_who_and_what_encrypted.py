"""what singles a person out, kinds of rights, flows and specialties are encrypted

The keys of the installation are needed where there are rows; a thousand are rewritten at a time.

Revision ID: 0020
Revises: 0019
"""

import uuid
from datetime import date
from functools import partial
from typing import Any

import sqlalchemy as sa
from alembic import context, op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

BATCH = 1000
HIDDEN: dict[str, dict[str, tuple[sa.types.TypeEngine[Any], int, bool]]] = {
    "people_insured": {
        "birth_date": (sa.Date(), 10, False),
        "commune_code": (sa.String(), 5, False),
        "died_on": (sa.Date(), 10, True),
    },
    "people_rights": {"kind": (sa.String(40), 24, False)},
    "referrals": {"specialty": (sa.Integer(), 2, True), "flow": (sa.String(40), 32, False)},
    "referrals_sequence_providers": {"specialty": (sa.Integer(), 2, True)},
    "care_plans": {"kind": (sa.String(40), 24, False)},
    "care_plans_actors": {"specialty": (sa.Integer(), 2, True)},
}
"""Table → column → its type in clear, the width its words are filled to, may it be empty?"""
COMMUNE = "fk_people_insured_commune_code_people_communes"


def upgrade() -> None:
    for table, columns in HIDDEN.items():
        made: dict[str, tuple[Any, bool]] = {name: (sa.LargeBinary(), empty) for name, (_, _, empty) in columns.items()}
        _rewrite(table, made, partial(_hidden, table), COMMUNE if table == "people_insured" else None)


def downgrade() -> None:
    for table, columns in HIDDEN.items():
        _rewrite(table, {name: (kind, empty) for name, (kind, _, empty) in columns.items()}, partial(_in_clear, table))
    with op.batch_alter_table("people_insured") as batch:
        batch.create_foreign_key(COMMUNE, "people_communes", ["commune_code"], ["code"])


def _keys() -> Any:
    """The keys of the installation, from who runs the revisions."""
    return context.config.attributes["keyring"]()


def _hidden(table: str, name: str, value: Any, row: str) -> object:
    return _keys().encrypt(str(value).ljust(HIDDEN[table][name][1]), f"{table}.{name}", row)


def _in_clear(table: str, name: str, value: Any, row: str) -> object:
    text, written_for = _keys().open(bytes(value), f"{table}.{name}")
    if written_for not in {None, row}:
        message = f"{table}.{name}: a value was written for another row"
        raise ValueError(message)
    kind = HIDDEN[table][name][0]
    if isinstance(kind, sa.Date):
        return date.fromisoformat(text.rstrip())
    return int(text) if isinstance(kind, sa.Integer) else text.rstrip()


def _rewrite(
    table: str,
    columns: dict[str, tuple[Any, bool]],
    made: Any,
    constraint: str | None = None,
) -> None:
    """New columns beside the old ones, filled row by row; then they take their place."""
    for name, (kind, _) in columns.items():
        op.add_column(table, sa.Column(f"{name}_new", kind, nullable=True))
    here = op.get_bind()
    rows = sa.Table(table, sa.MetaData(), autoload_with=here, resolve_fks=False)
    change = (
        sa.update(rows)
        .where(rows.c.id == sa.bindparam("row"))
        .values({f"{name}_new": sa.bindparam(f"{name}_new") for name in columns})
    )
    last = None
    while True:
        some = sa.select(rows.c.id, *(rows.c[name] for name in columns)).order_by(rows.c.id).limit(BATCH)
        batch = here.execute(some if last is None else some.where(rows.c.id > last)).all()
        changed = [
            {"row": row.id}
            | {
                f"{name}_new": None if (value := getattr(row, name)) is None else made(name, value, _dashed(row.id))
                for name in columns
            }
            for row in batch
        ]
        if changed:
            here.execute(change, changed)
        if len(batch) < BATCH:
            break
        last = batch[-1].id
    with op.batch_alter_table(table) as turn:
        if constraint:
            turn.drop_constraint(constraint, type_="foreignkey")
        for name in columns:
            turn.drop_column(name)
    with op.batch_alter_table(table) as turn:
        for name, (kind, empty) in columns.items():
            turn.alter_column(f"{name}_new", new_column_name=name, existing_type=kind, nullable=empty)


def _dashed(row: object) -> str:
    """SQLite holds an id as its digits."""
    return str(uuid.UUID(str(row)))
