"""`python -m standoff` is the same as `standoff`."""

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
