"""Say what is wrong in a case: in which file, row and column, why, and what to do about it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """A fault of a case, and its remedy.

    `row` is the number that a spreadsheet shows beside the row (the header is 1); `row` and `column` are None where
    the problem is not in one row or column.
    """

    message: str
    remedy: str
    file: str
    row: int | None = None
    column: str | None = None

    def __str__(self):
        address = self.file if self.row is None else f"{self.file}:{self.row}"
        return f"{address} {self.column or ''}".rstrip() + f": {self.message}. Remedy: {self.remedy}."


class CaseError(ValueError):
    """A case that cannot be read or made; `.problem` says where, why, and what to do."""

    def __init__(self, message: str, remedy: str, *, file: str, row: int | None = None, column: str | None = None):
        self.problem = Problem(message, remedy, file, row, column)
        super().__init__(str(self.problem))


class Row(dict):
    """A row of a table or of a working sheet: its cells by column.

    key: what people call the row, its identifier; file and line: where it is, the line as a spreadsheet counts;
    unread: the columns whose cells are not what the descriptor allows (see `standoff.schema.convert`).
    """

    def __init__(self, cells: dict, *, key: str, file: str, line: int):
        super().__init__(cells)
        self.key, self.file, self.line = key, file, line
        self.unread = set()

    def wrong(self, column: str | None, message: str, remedy: str) -> Problem:
        """Return a problem of this row."""
        return Problem(f"{self.key}: {message}" if self.key else message, remedy, self.file, self.line, column)
