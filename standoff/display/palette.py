"""Name the colours of figures by what they are for; those of lines and bars are in the cycle of house.mplstyle, too."""

MAIN = "#1f4e79"  # dark blue: what a figure is about
CONTRAST = "#d9822b"  # orange: what is set against it
NEUTRAL = "#8c8c8c"  # grey: what comes from elsewhere, for comparison
LIGHT = "#8fbbe0"  # light blue: a weaker kind of MAIN
MIDDLE = "#5b8db8"  # between MAIN and LIGHT

TEXT = "#1a1a1a"  # words on a picture
INK = "#404040"  # what is nearly text: outlines, ends of lines
GUIDE = "#606060"  # lines that help to read: limits, diagonals
SPREAD = "#c8c8c8"  # what chance allows
MUTED = "#d0d0d0"  # what is not known, or is behind
PAPER = "#e3e3e3"  # text without a claim
PALE = "#eeeeee"  # behind words
