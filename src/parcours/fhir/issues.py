"""What is wrong, as FHIR says it: an OperationOutcome in both languages, with the expression of what is wrong."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from parcours.errors import ParcoursError, show
from parcours.text import COLON, LANGS, SEMICOLON, Lang, Text

EXPECTED = Text("attendu", "expected")
TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"
OF_STATUS = {
    400: "invalid", 401: "login", 403: "forbidden", 404: "not-found", 405: "not-supported", 406: "not-supported",
    409: "conflict", 410: "deleted", 412: "conflict", 413: "too-long", 415: "not-supported", 422: "processing",
    428: "required", 429: "throttled", 500: "exception", 503: "transient", 504: "timeout",
}  # fmt: skip
"""The issue type of an HTTP status, where an error does not say its own."""

OF_CODE = {
    "json_invalid": "structure",
    "resource_type": "not-supported",
    "unknown_reference": "not-found",
    "unknown_info": "code-invalid",
    "no_value": "required",
    "contradiction": "conflict",
    "unknown_ips": "code-invalid",
    "no_code": "required",
    "euros_only": "value",
    "net_differs": "invariant",
    "total_differs": "invariant",
    "no_items": "required",
    "not_supported": "not-supported",
    "login_needed": "login",
    "unknown_type": "not-supported",
    "unknown_operation": "not-supported",
    "not_found": "not-found",
    "not_acceptable": "not-supported",
    "unsupported_media": "not-supported",
    "parameter_needed": "required",
    "unknown_code": "not-found",
    "unknown_parameter": "not-supported",
    "bad_value": "value",
    "bad_page": "value",
    "missing_fact": "required",
    "wrong_fact": "value",
    "unknown_tariff": "not-supported",
}
"""The issue type of an error, where its status does not say it."""


@dataclass(frozen=True)
class Issue:
    """One thing that is wrong."""

    code: str
    """Of the required list of issue types: `structure`, `required`, `value`, `code-invalid`, `not-supported`…"""
    text: Text
    expression: str = ""
    """Where, as a FHIRPath: `Claim.item[0].net`."""
    severity: str = "error"
    name: str = ""
    """Stable, for programs."""


class Refused(Exception):
    """A request that this face refuses."""

    def __init__(self, status: int, *issues: Issue) -> None:
        super().__init__(issues[0].name or issues[0].code)
        self.status, self.issues = status, issues


def outcome(issues: Iterable[Issue], lang: Lang) -> dict[str, Any]:
    """An OperationOutcome: each sentence in the language asked for, the other one as its translation."""
    return {"resourceType": "OperationOutcome", "issue": [issue_of(one, lang) for one in issues]}


def issue_of(issue: Issue, lang: Lang) -> dict[str, Any]:
    """One issue."""
    said: dict[str, Any] = {
        "severity": issue.severity,
        "code": issue.code,
        "details": {"text": issue.text[lang], "_text": translated(issue.text, lang)},
    }
    if issue.name:
        said["diagnostics"] = issue.name
    if issue.expression:
        said["expression"] = [issue.expression]
    return said


def translated(text: Text, lang: Lang) -> dict[str, Any]:
    """The extension that gives a sentence in the other language."""
    other = next(one for one in LANGS if one != lang)
    parts = [{"url": "lang", "valueCode": other}, {"url": "content", "valueString": text[other]}]
    return {"extension": [{"url": TRANSLATION, "extension": parts}]}


def issue_from(error: ParcoursError, status: int, expression: str = "") -> Issue:
    """An error of the house as an issue; `expression` is where, when its own field is none of FHIR's."""
    code = OF_CODE.get(error.code) or OF_STATUS.get(status, "processing")
    return Issue(code, sentence_of(error), expression or (error.field or ""), name=error.code)


def sentence_of(error: ParcoursError) -> Text:
    """What an error says, its own field left out: the expression says where."""
    texts = []
    for lang in LANGS:
        parts = [error.reason[lang]]
        if error.given is not None:
            parts.append(f"« {show(error.given)} »" if lang == "fr" else repr(show(error.given)))
        said = COLON[lang].join(parts)
        if error.allowed is not None:
            said += f"{SEMICOLON[lang]}{EXPECTED[lang]}{COLON[lang]}{error.allowed[lang]}"
        texts.append(said)
    return Text(*texts)


def title_of(status: int) -> Text:
    """A sentence for a status that nothing else explains."""
    phrase = HTTPStatus(status).phrase
    return _TITLES.get(status, Text(phrase, phrase))


_TITLES = {
    404: Text("cette adresse n'est pas d'ici", "there is no such address here"),
    405: Text("cette interaction n'est pas servie ici", "this interaction is not served here"),
}


def first_status(issues: Sequence[Issue]) -> int:
    """422 for content that can be read; 400 for what cannot."""
    return 400 if any(one.code in {"invalid", "structure"} for one in issues) else 422
