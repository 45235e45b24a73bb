"""Scores: the functions that the chapter shows agree with published figures, and the form on the page with both."""

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect

from chapters import HTML, code
from standoff import load


@pytest.fixture(scope="module")
def shown():
    """The functions as the chapter shows them."""
    scope = {"pd": pd, "np": np}
    for cell in code("scoring"):
        for block in cell.source.split("\n\n\n"):
            if block.startswith("def "):
                exec(block, scope)
    return scope


@pytest.fixture(scope="module")
def happened():
    both = load("report").questions.merge(load("context").outcomes, on="question_id")
    both = both[both["qtype"] == "binary"].set_index("question_id")
    return (both["resolution"] == "yes").astype(int)


def adds_up(parts):
    return parts["reliability"] - parts["resolution"] + parts["uncertainty"]


def test_briers_own_table(shown):
    """Table 1 of Brier (1950): ten forecasts of rain; his form of the score, twice ours, is 0.19."""
    rain = pd.Series([0.7, 0.9, 0.8, 0.4, 0.2, 0, 0, 0, 0, 0.1])
    came = pd.Series([0, 1, 1, 1, 0, 0, 0, 0, 0, 0])
    assert 2 * shown["brier"](rain, came).mean() == pytest.approx(0.19)
    assert adds_up(shown["decompose"](rain, came)) == pytest.approx(0.095)


def test_a_textbooks_forecasts_of_rain(shown):
    """Wilks (2006), table 7.3: twelve probabilities, how often each was used, how often it rained then; in all 0.162."""
    given = [0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]
    share = [0.006, 0.019, 0.059, 0.15, 0.277, 0.377, 0.511, 0.587, 0.723, 0.779, 0.934, 0.933]
    used = [0.4112, 0.0671, 0.1833, 0.0986, 0.0616, 0.0366, 0.0303, 0.0275, 0.0245, 0.022, 0.017, 0.0203]
    number = np.round(np.array(used) * 10_000).astype(int)  # of ten thousand forecasts
    rained = np.round(np.array(share) * number).astype(int)
    came = pd.Series(np.concatenate([[1] * yes + [0] * (n - yes) for yes, n in zip(rained, number)]))
    rain = pd.Series(np.repeat(given, number))
    parts = shown["decompose"](rain, came)
    assert came.mean() == pytest.approx(0.162, abs=0.0006)
    assert parts["uncertainty"] == pytest.approx(0.162 * 0.838, abs=0.0005)
    assert adds_up(parts) == pytest.approx(shown["brier"](rain, came).mean())
    assert parts["reliability"] < 0.001 < 0.06 < parts["resolution"], "a well calibrated office that tells days apart"


@pytest.mark.parametrize("seed", range(5))
def test_the_parts_add_up(shown, seed):
    rng = np.random.default_rng(seed)
    given = pd.Series(rng.choice([0.1, 0.3, 0.5, 0.75, 1], size=40))
    came = pd.Series(rng.integers(0, 2, size=40))
    parts = shown["decompose"](given, came)
    assert adds_up(parts) == pytest.approx(shown["brier"](given, came).mean())
    assert (parts >= 0).all()


def test_parts_of_forecasts_that_one_can_work_out(shown):
    came = pd.Series([1, 1, 0, 0])
    assert dict(shown["decompose"](pd.Series([0.5] * 4), came)) == {
        "reliability": 0,
        "resolution": 0,
        "uncertainty": 0.25,
    }
    assert dict(shown["decompose"](came, came)) == {"reliability": 0, "resolution": 0.25, "uncertainty": 0.25}


def test_the_form_scores_as_the_chapter_does(each_browser, shown, happened):
    tab = each_browser.new_page()
    tab.goto((HTML / "chapters" / "hindsight.html").as_uri())
    fields = tab.locator("form.so-score input")
    expect(fields).to_have_count(len(happened))
    button, output = tab.locator("form.so-score button"), tab.locator("form.so-score output")

    def typed(values):
        for i in range(fields.count()):
            fields.nth(i).fill(values.get(i, ""))
        button.click()
        return output.inner_text()

    assert "at least one" in typed({})
    assert (
        "from 0 to 100" in typed({2: "120"})
        and "from 0 to 100" in typed({2: "perhaps"})
        and "from 0 to 100" in typed({0: "-1"})
    )
    for values in ({0: "30", 1: "80 %", 5: "12,5"}, {i: str(5 * i) for i in range(len(happened))}):
        given = pd.Series(
            {happened.index[i]: float(text.rstrip(" %").replace(",", ".")) / 100 for i, text in values.items()}
        )
        score = shown["brier"](given, happened[given.index]).mean()
        assert f"of {len(values)} of {len(happened)} forecasts: {score:.3f}." in typed(values)
    fields.nth(0).fill("1")
    expect(output).to_be_empty()  # a score does not outlive the forecasts that it was given for
    tab.close()
