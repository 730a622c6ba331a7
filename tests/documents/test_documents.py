"""Papers: tagged PDFs in both languages, the same bytes for the same data, one page for an answer."""

from datetime import date
from io import BytesIO

import pytest
from pypdf import PdfReader

from parcours import documents
from parcours.documents.pdf import DocumentError

LETTER: documents.Letter = {
    "title": "Demande de remboursement",
    "day": "2026-11-26",
    "sender": ["Camille Martin", "[…]"],
    "recipient": ["Docteur Dupont", "3 rue des Lilas", "69003 Lyon"],
    "place": "Lyon, ",
    "dated": "le 26 novembre 2026",
    "subject": "dépassement de 48,50\N{NARROW NO-BREAK SPACE}€",
    "paragraphs": ["Docteur,", "#strong[du code] n'est pas lu comme du code : $x$ _a_ *b* <c> @d \\e"],
    "closing": "Je vous prie d'agréer mes salutations.",
    "signature": "Camille Martin",
    "enclosures": ["copie de la facture"],
}
RECORD: documents.Record = {
    "title": "Statement",
    "day": "2026-11-26",
    "code": documents.code_of({"a": 1}),
    "sections": [
        {"title": "Patient", "entries": [{"name": "Name", "text": "Camille"}]},
        {
            "title": "Acts",
            "table": {
                "caption": "Acts",
                "head": ["Day", "Act", "Fee"],
                "rows": [["1", "G", "€30.00"]] * 60,
                "right": [2],
            },
        },
    ],
    "signatures": ["The patient", "The doctor"],
}


def read(pdf: bytes) -> PdfReader:
    return PdfReader(BytesIO(pdf))


def words(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in read(pdf).pages).split())


def answer(count: int) -> documents.Answer:
    """An answer with so many reasons."""
    return {
        "title": "Votre visite",
        "day": "2026-11-26",
        "address": "https://parcours.example/?age=34&specialty=dermatologie",
        "code": "AAAA-BBBB",
        "amount": "55,10 €",
        "amount_says": "à votre charge",
        "status": "Hors du parcours",
        "summary": "Sur 60 €, la Sécu 4,90 €",
        "parts_title": "Qui paie quoi",
        "parts": [
            {"kind": "amo", "name": "Sécu", "amount": "4,90 €", "cents": 490},
            {"kind": "you", "name": "Vous", "amount": "55,10 €", "cents": 5510},
        ],
        "calendar_title": "Quand",
        "calendar": [{"kind": "", "name": "Au cabinet", "amount": "60,00 €", "cents": 0}],
        "facts_title": "Vos réponses",
        "facts": [{"name": "Âge", "text": "34 ans"}, {"name": "Prix", "text": "60,00 €"}],
        "reasons_title": "Pourquoi",
        "reasons": [{"title": f"Étape {number}", "text": "mot " * 40, "articles": "R160-6"} for number in range(count)],
    }


@pytest.mark.parametrize(
    ("kind", "data"), [("letter", LETTER), ("record", RECORD), ("answer", answer(3))], ids=lambda value: str(value)[:6]
)
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_document_is_tagged_archived_and_says_its_language(kind: str, data: documents.Paper, lang: str) -> None:
    pdf = documents.render(kind, data, lang)
    root = read(pdf).trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/Lang"].startswith(lang)
    said = root["/Metadata"].get_object().get_data().decode()
    assert "<pdfuaid:part>1</pdfuaid:part>" in said
    assert "<pdfaid:part>3</pdfaid:part>" in said
    assert read(pdf).metadata.title == data["title"]
    assert documents.render(kind, data, lang) == pdf, "the same data give the same file"


def test_text_is_text_and_never_code() -> None:
    assert "#strong[du code] n'est pas lu comme du code : $x$ _a_ *b* <c> @d \\e" in words(
        documents.render("letter", LETTER, "fr")
    ).replace("’", "'")


@pytest.mark.parametrize("count", [1, 9, 14])
def test_an_answer_is_one_page_whatever_its_length(count: int) -> None:
    pdf = documents.render("answer", answer(count), "fr")
    assert len(read(pdf).pages) == 1
    assert f"Étape {count - 1}" in words(pdf)


def test_a_long_record_runs_over_pages_and_repeats_its_headings() -> None:
    pages = read(documents.render("record", RECORD, "en")).pages
    assert len(pages) > 1
    assert all("Fee" in page.extract_text() for page in pages[:2])


def test_a_file_for_programs_travels_inside() -> None:
    inside = documents.Attachment("parcours.json", "application/json", "for programs", '{"a": 1}')
    pdf = documents.render("answer", answer(1), "en", inside)
    assert read(pdf).attachments == {"parcours.json": [b'{"a": 1}']}


@pytest.mark.parametrize(
    ("kind", "data", "field"),
    [
        ("poem", LETTER, "kind"),
        ("letter", {name: value for name, value in LETTER.items() if name != "subject"}, "subject"),
        ("letter", {**LETTER, "tone": "angry"}, "tone"),
    ],
)
def test_wrong_data_name_the_field(kind: str, data: dict[str, object], field: str) -> None:
    with pytest.raises(DocumentError) as caught:
        documents.render(kind, data, "fr")
    assert caught.value.field == field


def test_a_code_changes_with_the_content_and_with_the_key() -> None:
    codes = {documents.code_of({"a": 1}), documents.code_of({"a": 2}), documents.code_of({"a": 1}, b"key")}
    assert len(codes) == 3
    assert documents.code_of({"a": 1, "b": 2}) == documents.code_of({"b": 2, "a": 1})
    assert all(len(code) == 19 and code.count("-") == 3 for code in codes)


def test_a_calendar_has_whole_days_and_short_lines() -> None:
    event = documents.Event(date(2028, 11, 26), "Dernier jour, pour envoyer", "é" * 200, "https://parcours.example/")
    text = documents.calendar([event], date(2026, 11, 26))
    assert "DTSTART;VALUE=DATE:20281126\r\nDTEND;VALUE=DATE:20281127\r\n" in text
    assert "SUMMARY:Dernier jour\\, pour envoyer" in text
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75
    assert text == documents.calendar([event], date(2026, 11, 26))
