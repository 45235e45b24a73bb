"""The canonical form, and reading what people hand in as a text file."""

import unicodedata

import pytest

from standoff.text import TextError, digest, paragraphs, read_text

TEXT = "“Été”, she said – déjà vu.\n\nA second paragraph."


def write(path, data):
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("one\ntwo", ["one two"]),
        ("one\n\ntwo", ["one", "two"]),
        ("one\n \t\n\n\ntwo\n\n", ["one", "two"]),
        ("one\r\n\r\ntwo\r\nthree", ["one", "two three"]),
        ("one\r\rtwo", ["one", "two"]),
        ("  one\u00a0\u00a0two\u2009three\t ", ["one two three"]),
        ("one\n\u00a0\ntwo", ["one", "two"]),
        ("e\u0301", ["é"]),
        ("“quotes” – stay…", ["“quotes” – stay…"]),
        (" \n\n ", []),
        ("", []),
    ],
)
def test_paragraphs(text, expected):
    assert paragraphs(text) == expected


def test_digest_is_the_sha256_of_utf8():
    assert digest("é") == "4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_files_are_read_silently(tmp_path, encoding, recwarn):
    assert read_text(write(tmp_path / "a.txt", TEXT.encode(encoding))) == TEXT
    assert not recwarn.list


def test_big_endian_utf16(tmp_path):
    assert read_text(write(tmp_path / "a.txt", b"\xfe\xff" + TEXT.encode("utf-16-be"))) == TEXT


def test_windows_1252_is_read_with_a_note(tmp_path):
    path = write(tmp_path / "a.txt", TEXT.encode("cp1252"))
    with pytest.warns(UnicodeWarning, match="a.txt is not UTF-8; it was read as Windows-1252"):
        assert read_text(path) == TEXT


def test_utf8_with_a_broken_character_stays_utf8(tmp_path):
    path = write(tmp_path / "a.txt", TEXT.encode() + b"\xe2\x80")
    with pytest.warns(UnicodeWarning, match="UTF-8 with 1 unreadable character"):
        assert read_text(path) == TEXT + "\ufffd"


def test_decomposed_letters_are_the_same_text(tmp_path):
    path = write(tmp_path / "a.txt", unicodedata.normalize("NFD", TEXT).encode())
    assert paragraphs(read_text(path)) == paragraphs(TEXT)


UNUSABLE = {
    "empty": (b"", "is empty"),
    "blank": (b" \n\n\t", "is empty"),
    "BOM alone": (b"\xef\xbb\xbf", "is empty"),
    "PDF": (b"%PDF-1.7\n...", "is a PDF"),
    "docx": (b"PK\x03\x04\x14\x00\x06\x00", "is a Word document"),
    "doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is an old Word document"),
    "rtf": (b"{\\rtf1\\ansi text}", "is a rich-text document"),
    "web page": (b"\n<!DOCTYPE HTML><html>", "is a web page"),
    "PostScript": (b"%!PS-Adobe-3.0", "is a PostScript document"),
    "web archive": (b"bplist00\xd1\x01", "is a web archive"),
    "NULs": (b"some\0thing", "is not a text file"),
    "UTF-16 without BOM": ("some text".encode("utf-16-le"), "is not a text file"),
    "too large": (b"word " * 1_000_001, "is larger than 5 MB"),
}


@pytest.mark.parametrize(("data", "words"), UNUSABLE.values(), ids=UNUSABLE)
def test_unusable_files_are_named_with_a_remedy(tmp_path, data, words):
    with pytest.raises(TextError, match=f"a.txt {words}.*: .*(save|give)"):
        read_text(write(tmp_path / "a.txt", data))


KINDS = {  # files of characters that are no article, and what they are called
    "labels of doccano": ('{"text": "Dorvia left.", "label": [[0, 6, "A"]]}\n{"text": "No."}\n', "JSON"),
    "tasks of Label Studio": ('[{"id": 1,\r\n "data": {"text": "Dorvia"}}]', "JSON"),
    "one object": ('\n{"text":\n"Dorvia left."}', "JSON"),
    "WebAnno": ("#FORMAT=WebAnno TSV 3.3\n#T_SP=x|value\n\n\n#Text=Dorvia\n1-1\t0-6\tDorvia\tA\n", "a WebAnno export"),
    "brat": ("T1\tActor 0 6\tDorvia\nR1\tSays Arg1:T1\n", "a brat file"),
    "TSV": ("word\tlabel\nDorvia\tA\n\nleft\t_\n", "a table (TSV)"),
    "CSV": ("id,text,label\n1,Dorvia left.,A\n", "a table (CSV)"),
    "CSV with semicolons": ('"id";"text"\r\n"1";"Dorvia left."\r\n', "a table (CSV)"),
    "MHTML": ("From: <Saved by Blink>\nSubject: x\nMIME-Version: 1.0\n\n<p>Dorvia", "a saved web page or a mail"),
    "mail": ("Return-Path: a@b\r\nmime-version: 1.0\r\n\r\nDorvia", "a saved web page or a mail"),
    "XHTML": ('<?xml version="1.0"?>\n<html xmlns="x"><p>Dorvia', "a web page or another file of mark-up"),
    "saved page": ("<!-- saved from url -->\n<html>", "a web page or another file of mark-up"),
    "TEI": ("<TEI xmlns='x'><p>Dorvia", "a web page or another file of mark-up"),
    "source of a page": ("Dorvia said\n<p class='x'>it left.</p>\n<br/>", "the source of a web page"),
}
PLAIN = [
    "[1] A note.\n\nDorvia left.",
    "[1]",
    "{brackets} begin it",
    "Note: it left.\n\nThe standard MIME-Version: is a header.",
    "\tDorvia left.\n\n\tKesland stayed.",
    "No,no,no\tsaid the mayor.",
    "If a < b, then <b>this</b> may stand.",
    "T1 is a road.",
    "Yes, no; or <perhaps>.",
    "[" * 5000,
]


@pytest.mark.parametrize(("text", "kind"), KINDS.values(), ids=KINDS)
def test_files_of_characters_that_are_no_text_are_named_with_a_remedy(tmp_path, text, kind):
    with pytest.raises(TextError) as error:
        read_text(write(tmp_path / "a.txt", text.encode()))
    assert str(error.value).startswith(f"a.txt is {kind}") and ": give the text alone" in str(error.value)


@pytest.mark.parametrize("text", PLAIN)
def test_plain_texts_are_not_taken_for_something_else(tmp_path, text):
    assert read_text(write(tmp_path / "a.txt", text.encode())) == text


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(TextError, match="none.txt does not exist: check"):
        read_text(tmp_path / "none.txt")
    with pytest.raises(TextError, match="is a folder: give the text file"):
        read_text(tmp_path)
