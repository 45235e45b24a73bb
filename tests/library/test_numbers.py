"""Numbers as people write them: what the quoted words say decides, or else it is asked."""

from decimal import Decimal

import pytest

from standoff.coding.numbers import decided, disagree, in_words, readings


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1500", ["1500"]),
        ("1,500", ["1500", "1.500"]),
        ("1.500", ["1500", "1.500"]),
        ("1 500", ["1500"]),
        ("1’500", ["1500"]),
        ("12,345,678", ["12345678"]),
        ("1.234,5", ["1234.5"]),
        ("1,234.56", ["1234.56"]),
        ("2,5", ["2.5"]),
        ("0.500", ["0.500"]),
        ("1_500", []),
        ("inf", []),
        ("8.5.2024", []),
        ("", []),
    ],
)
def test_what_a_numeral_may_mean(written, meant):
    assert readings(written) == meant


@pytest.mark.parametrize(
    ("typed", "words", "text", "number"),
    [
        ("1.500", "1,500 boats", "", "1500"),
        ("1.500", "1,500 boats", "Lost: 2,5 tonnes.", "1.500"),  # a text with decimal commas
        ("1,500", "1.500 Boote", "Es fehlen 2,5 Tonnen.", "1500"),
        ("1.500", "1.500 tonnes", "It lost 2.25 tonnes.", "1.500"),
        ("1.500", "1.5 tonnes", "", "1.500"),
        ("1,500", "between 1 500 and 2 000", "", "1500"),
        ("2,5", "2.5 tonnes", "", "2.5"),
        ("1500", "a dozen", "", "1500"),
        ("1_500", "1,500 boats", "", "1_500"),  # the descriptor says that this is no number
        ("", "1,500 boats", "", ""),
    ],
)
def test_the_words_decide(typed, words, text, number):
    assert decided(typed, words, text) == number


@pytest.mark.parametrize(("typed", "words"), [("1.500", "some boats"), ("1.500", "1.500 boats"), ("1,500", "20 boats")])
def test_what_the_words_do_not_decide_is_asked(typed, words):
    with pytest.raises(ValueError, match="may be 1500 or 1.500, and its words do not decide"):
        decided(typed, words, words)


def test_numerals_in_words():
    assert in_words("In 2011 34 boats, 1,500 nets", "") == [{Decimal(2011)}, {Decimal(34)}, {Decimal(1500)}]


@pytest.mark.parametrize(
    ("number", "words", "said"),
    [
        (15, "1,500 boats", "1500"),
        (1500.0, "1,500 boats", None),
        (2_500_000, "2.5 million", None),
        (0.25, "25 per cent", None),
        (12, "a dozen", None),
        (3, "40 to 50 boats", "40 or 50"),
        (50, "40 to 50 boats", None),
    ],
)
def test_numbers_that_are_not_in_the_words(number, words, said):
    assert disagree(number, words, words) == said
