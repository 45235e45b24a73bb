"""The library of the course about the weather."""

import pandas as pd


def month():
    """Return the rain of each day, in millimetres."""
    return pd.read_csv("data/rain.csv")
