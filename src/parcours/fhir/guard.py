"""The limits of the face: those of the API, refused as OperationOutcomes; and what a client may ask to be answered."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from parcours.edge.limits import DETAILS, Guard
from parcours.fhir import problems
from parcours.fhir.answers import READ, refusal
from parcours.fhir.issues import OF_STATUS, Issue, issue_from
from parcours.text import Lang, preferred

PREFIX = "/fhir/"
FILES = f"{PREFIX}Binary/"
BULK_PATH = f"{PREFIX}bulk/"
PROOFS = {f"{PREFIX}auth/token", f"{PREFIX}auth/revoke"}
"""Where somebody proves who they are."""
TOO_LARGE = 413
ACCEPTED = {
    *READ,
    "*/*",
    "application/*",
    "json",
    "application/x-ndjson",
    "application/fhir+ndjson",
    "application/ndjson",
}


class FhirGuard(Guard):
    """ASGI middleware of the FHIR face."""

    prefix = PREFIX

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        if not accepts_json(request):
            refused = problems.not_acceptable()
            lang = preferred(request.headers.get("accept-language", ""))
            answer = refusal(lang, refused.status, issue_from(refused, refused.status))
            await answer(scope, receive, send)
            return
        await super()._serve(scope, receive, send)

    def proves_identity(self, request: Request) -> bool:
        path: str = request.scope["path"]
        return path in PROOFS

    def seconds(self, request: Request) -> float:
        path: str = request.scope["path"]
        return self.settings.batch_seconds if path.startswith(BULK_PATH) else super().seconds(request)

    def refuse(
        self, request: Request, lang: Lang, status: int, code: str, headers: dict[str, str] | None = None
    ) -> Response:
        where = "Resource" if status == TOO_LARGE else ""
        issue = Issue(OF_STATUS.get(status, "processing"), DETAILS[code], where, name=code)
        return refusal(lang, status, issue, headers=headers)


def accepts_json(request: Request) -> bool:
    """Does the client take JSON: by `_format`, else by its header? A file may be asked for as it is."""
    path: str = request.scope["path"]
    if path.startswith(FILES) and "application/pdf" in request.headers.get("accept", ""):
        return True
    asked = request.query_params.get("_format", "")
    said = [asked] if asked else request.headers.get("accept", "*/*").split(",")
    return any(one.partition(";")[0].strip().lower().replace(" ", "+") in ACCEPTED for one in said)
