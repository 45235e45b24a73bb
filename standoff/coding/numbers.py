"""Read numbers as people write them: 1,500 or 1.500 or 1 500. The words of the text decide what a point or a comma means."""

import re
from decimal import Decimal

GROUPED = re.compile(r"[1-9]\d{0,2}(?:(?P<sign>[.,'’ ])\d{3})(?:(?P=sign)\d{3})*")
NUMERAL = re.compile(r"[1-9]\d{0,2}(?:['’ ]\d{3})+(?!\d)|\d+(?:[.,]\d+)*")
TIMES = (1, 1_000, 1_000_000, 1_000_000_000)  # words beside a number may say thousand or million
SHARE = Decimal("0.01")


def readings(written: str) -> list[str]:
    """Return what a numeral may mean, as digits with a point: 1.500 is 1500 or 1.500. No answer: it is no number."""
    whole, sign, rest = written.rpartition("," if written.rfind(",") > written.rfind(".") else ".")
    found = []
    if GROUPED.fullmatch(written):
        found.append(re.sub(r"\D", "", written))
    if sign and rest.isdecimal() and (not whole or whole.isdecimal() or GROUPED.fullmatch(whole) and sign not in whole):
        found.append(re.sub(r"\D", "", whole) + "." + rest)
    return found or [written] * (written.isascii() and written.isdecimal())


def in_words(words: str, text: str) -> list[set[Decimal]]:
    """Return what each numeral in some words of a text may mean; how the text writes other numbers decides."""
    decimal = _decimal_sign(text)
    found = []
    for numeral in NUMERAL.findall(words):
        meant = readings(numeral)
        sign = "," if "," in numeral else "."
        # Where no other number decides, a comma before three digits parts thousands.
        if len(meant) > 1 and (decimal or sign == ","):
            meant = [meant[sign == decimal]]
        found.append({Decimal(number) for number in meant})
    return found


def decided(written: str, words: str, text: str) -> str:
    """Return a number as digits with a point, as the words that it stands for have it.

    Raises ValueError if it may mean two numbers, and the words do not decide which.
    """
    meant = readings(written)
    if len(meant) > 1:
        numerals = in_words(words, text)
        meant = [number for number in meant if any(options == {Decimal(number)} for options in numerals)] or meant
    if len(meant) > 1:
        raise ValueError(f"{written!r} may be {meant[0]} or {meant[1]}, and its words do not decide which")
    return meant[0] if meant else written


def disagree(number: float, words: str, text: str) -> str | None:
    """Return what the numerals in some words say, if none of them says this number; None if they do, or if there are none."""
    numerals = in_words(words, text)
    meant, times = Decimal(str(number)), (*TIMES, SHARE) if re.search("%|per ?cent", words) else TIMES
    if not numerals or any(meant == option * by for options in numerals for option in options for by in times):
        return None
    return " or ".join(f"{option.normalize():f}" for options in numerals for option in sorted(options, reverse=True))


def _decimal_sign(text: str) -> str | None:
    """Return the sign before decimals in a text, as the numbers have it that can be read in one way; None if none has."""
    clear = [numeral for numeral in NUMERAL.findall(text) if len(meant := readings(numeral)) == 1 and "." in meant[0]]
    signs = {re.findall("[.,]", numeral)[-1] for numeral in clear}
    return signs.pop() if len(signs) == 1 else None
