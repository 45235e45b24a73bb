"""Read a text file, bring a text into the canonical form that offsets refer to (canon-1), and hash stretches of it."""

import codecs
import hashlib
import re
import unicodedata
import warnings
from collections import Counter
from pathlib import Path

from . import kinds

MAX_BYTES = 5_000_000

# Signs that copies spell in several ways; _static/desk-align.js knows the same ones.
INVISIBLE = r"\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"  # soft hyphens, direction marks
PUNCTUATION = re.compile(
    rf"""(?P<double>[“”„‟"«»″])
      | (?P<single>[‘’‚‛'`´′ʼ])
      | (?P<ellipsis>…|\.\.\.)
      | (?P<broken>(?<=\w)[-‐‑\u00ad]\ (?=\w))  # a line ended there: a word's own hyphen, or one put in to break it
      | (?P<hyphen>(?<=\w)[-‐‑](?=\w))
      | (?P<dash>--+|[-‐‑‒–—―−])
      | (?P<ligature>[\ufb00-\ufb06])  # one sign for several letters, as PDFs have it: ﬁ
      | (?P<invisible>[{INVISIBLE}])""",
    re.VERBOSE,
)
BROKEN = "words broken at the end of a line"
DAMAGE = re.compile("\ufffd|â€|Ã[\u0080-\u00bf]")  # what is left of characters that were read in a wrong encoding


class TextError(ValueError):
    """A file that cannot be read as plain text. The message says why, and what to do."""


def paragraphs(text: str) -> list[str]:
    """Split a text into its canonical paragraphs (canon-1).

    Unicode NFC; paragraphs are split at blank lines; inside them every run of whitespace, non-breaking spaces
    included, is one space; no paragraph is empty. Offsets count code points inside one of these strings.
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    blocks = (" ".join(block.split()) for block in re.split(r"\n\s*\n", text))
    return [block for block in blocks if block]


def digest(text: str) -> str:
    """Return the SHA-256 of the UTF-8 bytes of a text, as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def short_digest(text: str) -> str:
    """Return the first 16 hexadecimal digits of the SHA-256 of a text: the hash that a span has."""
    return digest(text)[:16]


def splits_word(text: str, position: int) -> bool:
    """Tell whether a position (in characters) lies inside a word.

    Only cased letters and digits make words whose edges are known; Chinese, for one, runs on.
    """
    return 0 < position < len(text) and is_cased(text[position - 1]) and is_cased(text[position])


def is_cased(character: str) -> bool:
    """Tell whether a character is a letter with a capital, or a digit."""
    return character.isdigit() or character.lower() != character.upper()


def count_damage(text: str) -> int:
    """Count the characters that were lost because a file was once read in a wrong encoding."""
    return len(DAMAGE.findall(text))


def oddities(text: str) -> str:
    """Name the signs of a text that its copying put in, each with its number: ligatures, invisible characters, broken words."""
    found = Counter()
    for match in PUNCTUATION.finditer(text):
        if match.lastgroup == "broken" and not re.match(
            "(?:and|or|to) ", text[match.end() :][:4]
        ):  # two- or three-berth
            found[BROKEN] += 1
        elif match.lastgroup in ("ligature", "invisible"):
            found[f"U+{ord(match[0]):04X} {unicodedata.name(match[0], 'without a name')}"] += 1
    if found[BROKEN] == 1:
        found[BROKEN.replace("words", "word")] = found.pop(BROKEN)
    return ", ".join(f"{count} {name}" for name, count in found.items() if count)


def read_text(path: str | Path) -> str:
    """Read a text file of at most 5 MB, as `read_file` does. Raises TextError also if it is mark-up or a table."""
    text = read_file(path)
    if kind := kinds.of_words(text):
        raise TextError(f"{Path(path).name} is {kind}: give the text alone, saved as plain text (UTF-8).")
    return text


def read_file(path: str | Path) -> str:
    """Read a file of characters of at most 5 MB, whatever program saved it; line ends are left as they are.

    UTF-8 with or without BOM, UTF-16 with BOM, else Windows-1252: the last one, and characters that cannot be
    recovered, are reported as a UnicodeWarning. Raises TextError if the file is missing, empty, too large, or not
    made of characters.
    """
    path = Path(path)
    data = _read_bytes(path)
    if kind := kinds.of_bytes(data):
        raise TextError(f"{path.name} is {kind}: open it and save the report as plain text (UTF-8).")
    text = _decode(data, path.name)
    if "\0" in text:
        raise TextError(f"{path.name} is not a text file: save the report as plain text (UTF-8).")
    if not text.strip():
        raise TextError(f"{path.name} is empty: save the whole report in it.")
    return text


def _read_bytes(path):
    if path.is_dir():
        raise TextError(f"{path} is a folder: give the text file inside it.")
    if not path.exists():
        raise TextError(f"{path} does not exist: check the name and the folder.")
    try:
        if path.stat().st_size > MAX_BYTES:
            raise TextError(f"{path.name} is larger than 5 MB: give the report alone, as plain text.")
        return path.read_bytes()
    except OSError as error:
        raise TextError(f"{path} cannot be opened ({error.strerror}): check that you may read it.") from error


def _decode(data, name):
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("utf-8-sig", "replace")
    lost = text.count("\ufffd")
    kept = sum(character > "\x7f" for character in text) - lost
    note = f"{name} is UTF-8 with {lost} unreadable characters."
    if lost >= kept:  # A Windows-1252 file has hardly a sequence that is also UTF-8.
        text = data.decode("cp1252", "replace")
        note = f"{name} is not UTF-8; it was read as Windows-1252. If its letters look right, you need do nothing."
    warnings.warn(note, UnicodeWarning, stacklevel=3)
    return text
