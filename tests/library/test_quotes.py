"""A few words of a text are found in it, however they were typed; and if not, the author is told what to do."""

import pytest

from standoff.quotes import Quoted, QuoteError

TEXT = [
    "“This strait,” he told reporters, “has never been closed to anyone.” The mayor said nothing.",
    "The mayor’s office – half-open – said no. It said it twice… and the mayors left. She said 3,000 came.",
    "Straße und Über-Fähre: the ferries’ owner said so.",
]
quoted = Quoted(TEXT)


def words(*arguments, **options):
    return [TEXT[number - 1][start:end] for number, start, end in quoted.find(*arguments, **options)]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("told reporters", ["told reporters"]),
        ("Told Reporters", ["told reporters"]),  # a spreadsheet's capital
        ("The mayor's office", ["The mayor’s office"]),
        ("office - half-open -- said", ["office – half-open – said"]),
        ('"has never been closed to anyone."', ["“has never been closed to anyone.”"]),
        ("'told reporters'", ["told reporters"]),  # quotation marks of the author's own
        ("it twice...", ["it twice…"]),
        ("strasse", ["Straße"]),
        ("ÜBER\u2011FÄHRE", ["Über-Fähre"]),
        ("mayors", ["mayors"]),
        ("3,000", ["3,000"]),
        ("This strait [...] has never been closed to anyone", ["This strait", "has never been closed to anyone"]),
        ("This strait … has never been closed to anyone", ["This strait", "has never been closed to anyone"]),
        ("mayor#2", ["mayor"]),
        ("said#3 [...] twice", ["said", "twice"]),
    ],
)
def test_words_are_found_as_people_type_them(typed, found):
    assert words(typed) == found


@pytest.mark.parametrize("mark", ["\u200e", "\u200b", "\u061c", "\u2069", "\u202c", "\u00ad", "\ufeff"])
def test_invisible_characters_do_not_count(mark):
    assert words(f"The mayor said{mark}") == words(f"{mark}Th{mark}e mayor said") == ["The mayor said"]


@pytest.mark.parametrize(
    ("text", "typed", "found"),
    [
        ("They fini- shed early.", "they finished early", "They fini- shed early"),
        ("They fini- shed early.", "finished#1", "fini- shed"),
        ("They finished early.", "fini- shed early", "finished early"),
        ("They fini\u00ad shed early.", "finished", "fini\u00ad shed"),
        ("A two- berth boat.", "two-berth", "two- berth"),
        ("Two- and three-berth boats.", "Two", "Two"),  # a hyphen of the word's own
        ("The ﬂeet’s oﬃce.", "fleet's office", "ﬂeet’s oﬃce"),
        ("The fleet’s office.", "ﬂeet's oﬃce", "fleet’s office"),
    ],
)
def test_words_of_a_copy_from_a_pdf(text, typed, found):
    [(number, start, end)] = Quoted([text]).find(typed)
    assert text[start:end] == found


def test_the_place_is_the_right_one():
    start = TEXT[1].index("said no")
    assert quoted.find("said#2") == [(2, start, start + 4)]
    assert quoted.find("said#2", paragraph=2) == [(2, TEXT[1].index("said it"), TEXT[1].index("said it") + 4)]


@pytest.mark.parametrize(
    ("typed", "options", "message", "remedy"),
    [
        ("the ferry", {}, "“the ferry” is not in the text", "it continues differently after “the”"),
        ("zeppelin", {}, "“zeppelin” is not in the text", "copy the words from article.txt"),
        ("may", {}, "“may” is not in the text", "copy the words"),  # no part of a word
        ("told reporters", {"paragraph": 2}, "not in paragraph 2, but in paragraph 1", "correct the paragraph"),
        ("told", {"paragraph": 9}, "there is no paragraph 9", "from 1 to 3"),
        (
            "said",
            {},
            "“said” occurs 5 times in paragraphs 1, 2, 2, 2, 3",
            "write the paragraph, quote more words, or say which: said#1 in “",
        ),
        (
            "said",
            {"paragraph": 2},
            "“said” occurs 3 times in paragraph 2",
            "said#2 in “said no. It said it twice… and”, said#3 in",
        ),
        ("said#9", {}, "“said” occurs 5 times in the text", "another number after #"),
        ("said#0", {}, "“said” occurs 5 times in the text", "another number after #"),
        ("[...]", {}, "“[...]” is not in the text", "copy the words"),  # an omission of nothing
        ("closed [...] This strait", {}, "is not in the text", "after “closed [...]”"),  # in the wrong order
        ("strait, he told", {}, "is not in the text", "after “strait,”, where the text has a quotation mark"),
        ("told reporters, has never", {}, "is not in the text", "“told reporters,”, where the text has a quotation"),
    ],
)
def test_words_that_are_not_found_or_not_alone(typed, options, message, remedy):
    with pytest.raises(QuoteError) as error:
        quoted.find(typed, **options)
    assert message in error.value.message and remedy in error.value.remedy


def test_a_cue_is_looked_for_beside_its_content():
    content = quoted.find("no. It")[:1]
    assert words("said", near=quoted.find("she said 3,000 came")) == ["said"]
    assert quoted.find("said", near=quoted.find("3,000 came")) == [
        (2, TEXT[1].index("said 3,000"), TEXT[1].index("said 3,000") + 4)
    ]
    assert quoted.find("said", near=quoted.find("nothing")) == [(1, TEXT[0].index("said"), TEXT[0].index("said") + 4)]
    assert (
        quoted.find("told", near=quoted.find("twice"))[0][0] == 1
    )  # the cue of a claim may stand in another paragraph
    with pytest.raises(QuoteError, match="3 times in paragraph 2|2 times in paragraph 2"):
        quoted.find("said", near=content)  # over two sentences


def test_capitals_do_not_count():
    """What is the second one does not hang on a spreadsheet's capital, or on the beginning of a sentence."""
    text = Quoted(["It remains open. They deny it, and say it [twice]. It was late."])
    for typed in ("it", "It"):
        assert [text.find(f"{typed}#{n}")[0][1] for n in (1, 2, 3, 4)] == [0, 27, 39, 51]
        with pytest.raises(QuoteError, match="4 times") as error:
            text.find(typed)
        assert f"{typed}#2 in “open. They deny it, and say”, {typed}#3 in" in error.value.remedy
    with pytest.raises(QuoteError) as error:  # the number counts in the paragraph, also where the sentence decides
        text.find("it", near=[(1, 35, 38)])
    assert "it#1" not in error.value.remedy and "it#3 in" in error.value.remedy
    with pytest.raises(QuoteError) as error:  # of words with an omission, the part that is not alone
        text.find("remains [...] it")
    assert "remains [...]" not in error.value.remedy and "it#1 in “open. They deny it" in error.value.remedy


def test_a_literal_number_sign_is_no_count():
    assert Quoted(["Room said #2 is shut."]).find("said #2") == [(1, 5, 12)]


# ---- hostile texts: each of these once took minutes, or all memory ----


def test_an_omission_in_a_text_of_one_word_is_ambiguous():
    text = Quoted(["said " * 14_000])
    for typed in ("said [...] said", "said [...] said [...] said [...] said"):
        with pytest.raises(QuoteError, match="times in paragraph 1"):
            text.find(typed)


def test_the_only_way_to_complete_words_is_found_behind_many_beginnings():
    text = Quoted(["said " * 3_000 + "zebra"])
    assert text.find("said#3000 [...] zebra") == [(1, 14_995, 14_999), (1, 15_000, 15_005)]
    with pytest.raises(QuoteError, match="is not in the text"):
        text.find("zebra [...] said")


def test_the_sentence_decides_among_many_places():
    text = Quoted(["Said. " * 14_000 + "The mayor said no."])
    assert text.find("said", near=text.find("mayor")) == [(1, 84_010, 84_014)]


def test_long_words_that_are_not_in_the_text_are_followed_as_far_as_they_are():
    text = Quoted([" ".join(f"word{number}" for number in range(5_000))])
    with pytest.raises(QuoteError) as error:
        text.find(" ".join(f"word{number}" for number in range(2_000)) + " zebra")
    assert error.value.remedy.endswith("word1998 word1999”")


@pytest.mark.parametrize("junk", ["”", "\u00ad", "\0", "…", "[...]", "שלום ", "([{", " "])
def test_words_are_found_behind_junk(junk):
    text = Quoted([junk * (50_000 // len(junk)) + " told reporters"])
    [(_, start, end)] = text.find("told reporters")
    assert end - start == len("told reporters")
    with pytest.raises(QuoteError):
        text.find(junk * 1_000)
