"""The rules interpreted, one act after the other: what the compiled loop must reproduce, written as plainly as
possible.
"""

from itertools import count

import numpy as np
import pyarrow as pa

from parcours.engine.batch.chunk import Run, acts_of_patients, codes_of, encode_rows
from parcours.engine.batch.layout import HALF, HIGH, PATTERN_COLUMNS, PATTERN_FACTS, ROW_FACTS
from parcours.engine.batch.reading import whole
from parcours.engine.case import equivalent
from parcours.engine.facts.readings import encode_readings
from parcours.engine.memory import Memory
from parcours.law.cases import CaseBase, CaseRate
from parcours.rules.participations import increased
from parcours.rules.settlement import settle
from parcours.rules.types import Act, Contract


def comparable(table):
    """The rows that the rules settle once: no missing fact whose values are to be tried."""
    facts, _ = encoded(table, Run.of())
    missing = facts.patterns.rows[facts.pattern, PATTERN_COLUMNS.index("missing")]
    return table.filter(pa.array(facts.valid & (missing == 0)))


def encoded(table, settings):
    columns = {name: whole(table[name]) for name in table.column_names if name != "row"}
    return encode_rows(columns, len(table), settings), columns


def interpreted(table, readings=None):
    """{row: Settlement} of every row whose tariff and rate are known."""
    settings = Run.of(readings)
    facts, columns = encoded(table, settings)
    order, first = acts_of_patients(columns["patient_id"], facts)
    professional = codes_of(columns["professional_id"], len(table)).tolist()
    rows = np.ascontiguousarray(facts.rows[:, : len(table)].T).tolist()
    patterns = [dict(zip(PATTERN_COLUMNS, row, strict=False)) for row in facts.patterns.rows.tolist()]
    contracts = facts.patterns.contracts.tolist()
    chosen = encode_readings(settings.readings)
    answers = {}
    for start, end in zip(first[:-1].tolist(), first[1:].tolist(), strict=True):
        memory, unknown = Memory(), count()
        for i in order[start:end].tolist():
            pattern = patterns[facts.pattern[i]]
            coded = {name: pattern[name] for name in PATTERN_FACTS}
            coded["exemption"] += pattern[HIGH] << HALF
            act = Act(**coded, **dict(zip(ROW_FACTS, rows[i], strict=True)))
            contract = Contract(*contracts[pattern["contract"]])
            who = str(professional[i]) if professional[i] >= 0 else f"none {next(unknown)}"
            together = chosen.franchise_plafond_jour == 0
            counters = memory.before(act, who, all_together=together)
            answer = settle(act, contract, counters, settings.records.on(act.care_date), chosen)
            if answer.case_base == CaseBase.UNKNOWN or answer.case_rate == CaseRate.UNKNOWN:
                continue
            if contradicted(answer, pattern["declared_ips"], pattern["declared_status"]):
                continue
            law = settings.records.on(act.care_date)
            new = increased(act, counters, answer.participation_forfaitaire, answer.franchise, law)
            memory.after(act, who, new, all_together=together)
            answers[i] = tuple(int(value) for value in answer)
    return answers


def contradicted(answer, ips, status):
    """Was another status computed, or another indicator transmitted, than the facts give?"""
    return bool((status and status != answer.status) or (ips and ips != answer.ips and not equivalent(ips, answer)))
