"""`parcours sample`: a year of acts of invented people as one file, to try and to measure.

The people are those of the lab (`population.py`): the same seed gives the same rows, and the first of more people are
the same people. The file is sorted by `patient_id`; it is made and written by blocks, so any number of patients holds
in little memory.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from parcours.lab.population import BLOCK, blocks

KEYS = ("patient", "date", "kind", "tariff")
"""Columns of the lab that are no facts."""


@dataclass(frozen=True)
class Sample:
    """What is asked: `patients` people over the civil year `year`, drawn from `seed`."""

    patients: int
    year: int
    seed: int = 0

    def blocks(self) -> Iterator[pa.Table]:
        """The acts, patient by patient."""
        for made in blocks(self.patients, self.year, self.seed, size=BLOCK):
            yield facts(made.acts)


def facts(acts: pa.Table) -> pa.Table:
    """Acts of the lab as the engine reads them."""
    return acts.drop_columns([name for name in KEYS if name in acts.column_names])


def write_sample(sample: Sample, output: Path) -> int:
    """Write a sample into a file of any known format; how many acts it has. Raises `BatchError`."""
    from parcours.engine.batch.partial import Counts, Partial
    from parcours.engine.batch.sinks import sink_of

    sink = sink_of(output)
    partial = Partial.open(output, sink.start, {"sample": vars(sample)}, resume=False)
    for block, table in enumerate(sample.blocks()):
        encoded = sink.encode(table)
        body, place = sink.place(encoded, partial.body.stat().st_size, block)
        partial.append(block, Counts(len(table)), body, b"", place)
    rows = sum(entry.settled for entry in partial.entries)
    places = [entry.place for entry in partial.entries]
    asked = {"format": "parcours-sample-2", "patients": sample.patients, "year": sample.year, "seed": sample.seed}
    partial.publish(sink.finish(partial.body, places, asked, rows), output)
    return rows
