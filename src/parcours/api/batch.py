"""Settle a stream of acts, line by line, in bounded memory."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from fastapi import Request
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from parcours.api.bodies import EXAMPLE_FACTS, parse
from parcours.api.common import api_router
from parcours.edge.depends import ServicesDep
from parcours.edge.limits import TooLarge
from parcours.edge.problems import ProblemError, language_of
from parcours.engine.errors import FactError
from parcours.engine.facts import jsonio
from parcours.engine.facts.encoding import EncodedAct, encode
from parcours.engine.facts.vocabulary import check_names
from parcours.engine.memory import Memory
from parcours.engine.results import result_dict
from parcours.engine.say.freshness import later_note
from parcours.law.cache import flat_law
from parcours.text import Lang, Text

router = api_router(tag="engine")

NDJSON = "application/x-ndjson"
BATCH_PATIENTS = 500_000
"""Patients of one stream whose return is noticed: 8 bytes each."""
_BLOCK = 64
"""Lines settled in one go."""
_WORKER = ThreadPoolExecutor(1, "settle-batch")
"""Streams are settled beside the event loop, one block at a time: the other requests go on meanwhile."""

_LINES = "\n".join(
    jsonio.dumps({"id": name, "patient_id": "P1", **EXAMPLE_FACTS, "care_date": day})
    for name, day in (("a", "2025-06-01"), ("b", "2025-06-02"))
)
_BATCH_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            NDJSON: {"schema": {"description": "One JSON object a line."}, "examples": {"two_acts": {"value": _LINES}}}
        },
    }
}


@router.post(
    "/settle/batch",
    response_class=StreamingResponse,
    openapi_extra=_BATCH_BODY,
    responses={200: {"description": "One line for each line", "content": {NDJSON: {"schema": {"type": "string"}}}}},
)
async def settle_batch(request: Request, services: ServicesDep) -> StreamingResponse:
    """Settle a stream of acts, one JSON object a line, answered line by line in the same order.

    The caps (participation forfaitaire, franchise) run over the acts of a patient, whose lines must follow each other
    in order of reimbursement and care dates; a line that breaks this, or cannot be settled, is answered by an `error`
    in its place. Memory stays bounded whatever the length.
    """
    maximum = services.settings.batch_line_max_bytes
    stream = _settled(request, Batch(language_of(request)), maximum)
    return Stream(stream, media_type=NDJSON)


class Stream(StreamingResponse):
    """A streamed answer that leaves the body of its request to be read meanwhile (the ordinary one waits on it)."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.stream_response(send)


class Batch:
    """The running state of a stream: one patient's caps, and which patients were seen."""

    def __init__(self, lang: Lang) -> None:
        self.lang: Lang = lang
        self.row = 0
        self.flat = flat_law()
        self.patient: str | None = None
        self.memory = Memory()
        self.latest = (0, 0)
        self.seen: set[int] = set()

    def line(self, text: bytes) -> str:
        """The answer to one line."""
        self.row += 1
        content: dict[str, Any] = {"row": self.row}
        try:
            facts = self._facts(text)
            if "id" in facts:
                content["id"] = facts.pop("id")
            content |= self._result(facts)
        except FactError as error:
            content["error"] = error.to_dict(self.lang)
        return jsonio.dumps(content) + "\n"

    def block(self, lines: Sequence[bytes | None], maximum: int) -> str:
        """The answers to some lines; an empty one has none."""
        said = (text for text in lines if text is None or text.strip())
        return "".join(self._too_long(maximum) if text is None else self.line(text) for text in said)

    def _too_long(self, maximum: int) -> str:
        return self.refuse_line("line", Text(f"{maximum} octets au plus par ligne", f"at most {maximum} bytes a line"))

    def refuse_line(self, field: str, allowed: Text) -> str:
        """An error in place of a line that cannot be read at all."""
        self.row += 1
        error = FactError(field, None, allowed)
        return jsonio.dumps({"row": self.row, "error": error.to_dict(self.lang)}) + "\n"

    @staticmethod
    def _facts(text: bytes) -> dict[str, Any]:
        try:
            content = parse(text)
        except ProblemError:
            content = None
        if not isinstance(content, dict):
            raise FactError("line", None, Text("un objet JSON par ligne", "one JSON object a line"))
        check_names({name: value for name, value in content.items() if name != "id"})
        return content

    def _result(self, facts: dict[str, Any]) -> dict[str, Any]:
        case = encode(facts, self.flat)
        answer = self._memory_of(case).settle(case, self.flat, {}, f"\0{self.row}")
        result = {**result_dict(answer.settlement), "defaults": answer.defaults}
        return result | later_note(answer.act.care_date, self.lang)

    def _memory_of(self, case: EncodedAct) -> Memory:
        """The caps of the patient of this line. Raises FactError when the lines are not in order."""
        if not case.patient_id:
            return Memory()
        dates = (case.act.reimbursement_date, case.act.care_date)
        if case.patient_id != self.patient:
            self._next_patient(case.patient_id)
        elif dates < self.latest:
            raise FactError(
                "reimbursement_date", case.act.reimbursement_date,
                Text("les actes d'un patient par dates croissantes", "a patient's acts in order of date"),
            )  # fmt: skip
        self.latest = dates
        return self.memory

    def _next_patient(self, patient: str) -> None:
        mark = int.from_bytes(hashlib.blake2b(patient.encode(), digest_size=8).digest())
        if mark in self.seen or len(self.seen) >= BATCH_PATIENTS:
            together = Text(
                f"les lignes d'un patient à la suite, {BATCH_PATIENTS} patients au plus",
                f"the lines of a patient together, {BATCH_PATIENTS} patients at most",
            )
            raise FactError("patient_id", patient, together)
        self.seen.add(mark)
        self.patient, self.memory, self.latest = patient, Memory(), (0, 0)


async def _settled(request: Request, batch: Batch, maximum: int) -> AsyncIterator[str]:
    """The answers to the lines of a request, in their order."""
    loop = asyncio.get_running_loop()
    try:
        async for block in _blocks(request, maximum):
            yield await loop.run_in_executor(_WORKER, batch.block, block, maximum)
    except TooLarge:
        too_large = Text("la fin du fichier dépasse la taille permise", "the rest passes the size allowed")
        yield batch.refuse_line("body", too_large)


async def _blocks(request: Request, maximum: int) -> AsyncIterator[list[bytes | None]]:
    """The lines of the body as they come, some at a time; None for one that is too long (it is skipped, not kept)."""
    rest, skipping = b"", False
    async for chunk in request.stream():
        *whole, rest = (rest + chunk).split(b"\n")
        lines: list[bytes | None] = [None if len(line) > maximum else line for line in whole]
        if skipping and lines:
            lines[0], skipping = None, False
        for start in range(0, len(lines), _BLOCK):
            yield lines[start : start + _BLOCK]
        if len(rest) > maximum:
            rest, skipping = b"", True
    if skipping or rest:
        yield [None if skipping else rest]
