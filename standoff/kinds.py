"""Tell, by its first bytes or its mark-up, what a file is that was given as a text but is not one.

_static/desk-align.js knows the same kinds.
"""

import json
import re

BY_BYTES = {
    b"%PDF": "a PDF",
    b"%!PS": "a PostScript document",
    b"PK\x03\x04": "a Word document or another zip file",
    b"\xd0\xcf\x11\xe0": "an old Word document",
    b"{\\rtf": "a rich-text document",
    b"bplist00": "a web archive",
    b"<!doctype html": "a web page",
    b"<html": "a web page",
}
BY_WORDS = {  # what the file begins with
    r"#FORMAT=WebAnno|#T_SP=": "a WebAnno export",
    r"[TREAMN]\d+\t\S+ \S+": "a brat file of annotations",
    r"[\w-]+: (?s:.{,2000}?)\nMIME-Version:|MIME-Version: ": "a saved web page or a mail (MHTML)",
    r"<(?:!--|!doctype|\?xml|[a-z][\w:-]*[\s/>])": "a web page or another file of mark-up (HTML, XHTML, XML)",
    r'"?[^\s,;"]+"?(?:[,;]"?[^\s,;"]+"?)+\n': "a table (CSV)",
}
TAG = re.compile(r"</?(?:p|div|span|br|a|b|i|em|strong|h[1-6]|ul|ol|li|table|t[rdh])(?: [^<>]*)?/?>", re.I)
TAGS = 3  # A text may mention a tag or two.


def of_bytes(data: bytes) -> str | None:
    """Return what the first bytes of a file say that it is, or None."""
    head = data[:20].lstrip().lower()
    return next((kind for magic, kind in BY_BYTES.items() if head.startswith(magic.lower())), None)


def of_words(text: str) -> str | None:
    """Return what a file of characters is, in words that follow "is"; None if it is plain text."""
    text = text.strip().replace("\r\n", "\n")
    for pattern, kind in BY_WORDS.items():
        if re.match(pattern, text, re.I):
            return kind
    lines = [line for line in text.split("\n") if line.strip()]
    if _is_json(text) or len(lines) > 1 and _is_json(lines[0]):
        return "JSON"
    if len(lines) > 1 and all("\t" in line.strip() for line in lines):
        return "a table (TSV)"
    return "the source of a web page" if len(TAG.findall(text)) >= TAGS else None


def _is_json(text):
    """Tell whether a text is an object, or a list of objects or lists: a note such as [1] is neither."""
    if text[:1] not in ("{", "["):
        return False
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) or any(isinstance(each, (dict, list)) for each in value)
