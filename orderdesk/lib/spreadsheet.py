"""Lines of CSV that a spreadsheet shows and never runs."""

import csv
import io
from collections.abc import Iterable
from decimal import Decimal

# A text that begins with one of these is taken for a formula; the last four are the wide forms.
RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
Value = str | int | Decimal | None


def csv_line(values: Iterable[Value]) -> str:
    r"""Write one line as RFC 4180 has it, with \r\n at its end; None is empty.

    Texts that a spreadsheet would run get an apostrophe before them; numbers stay numbers.
    """
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow([_cell(value) for value in values])
    return line.getvalue()


def _cell(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, int):
        return str(value)
    return f"'{value}" if value.startswith(RUNS) else value
