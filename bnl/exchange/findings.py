"""What can be wrong or doubtful about a row, each with the advice that goes back to the data officer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Reason(StrEnum):
    """Why a row is quarantined."""

    TOO_MANY_CELLS = "too_many_cells"
    TOO_FEW_CELLS = "too_few_cells"
    UNCLOSED_QUOTE = "unclosed_quote"
    LINE_TOO_LONG = "line_too_long"
    NOT_JSON = "not_json"
    UNDECODABLE = "undecodable"
    CONTROL_CHARACTER = "control_character"
    TEXT_DIRECTION = "text_direction"
    CELL_TOO_LONG = "cell_too_long"
    FORMULA = "formula"
    MISSING_REFERENCE = "missing_reference"
    ROUNDED_REFERENCE = "rounded_reference"
    NOTHING_SAID = "nothing_said"
    UNREADABLE_DATE = "unreadable_date"
    IMPOSSIBLE_DATE = "impossible_date"
    FUTURE_DATE = "future_date"
    AGE_OVER_120 = "age_over_120"
    UNKNOWN_CODE = "unknown_code"
    UNREADABLE_CONSENT = "unreadable_consent"
    UNREADABLE_MARK = "unreadable_mark"


class Doubt(StrEnum):
    """What is doubtful about a value that is taken all the same."""

    AMBIGUOUS_DATE = "ambiguous_date"
    TWO_DIGIT_YEAR = "two_digit_year"
    SPREADSHEET_DATE = "spreadsheet_date"
    TIME_IN_DATE = "time_in_date"
    PLACEHOLDER_DATE = "placeholder_date"
    NAME_PATTERN = "name_pattern"
    NO_NAME = "no_name"
    PHONE = "phone"
    PHONE_ZERO = "phone_zero"
    EMAIL = "email"
    NI_NUMBER = "ni_number"
    NHS_NUMBER = "nhs_number"
    SPREADSHEET_ERROR = "spreadsheet_error"
    SPREADSHEET_TEXT = "spreadsheet_text"
    FORMULA_LIKE = "formula_like"
    INVISIBLE = "invisible"
    UNKNOWN_CODE_KEPT = "unknown_code_kept"
    SPLIT_SURPLUS = "split_surplus"


ADVICE: Final = MappingProxyType(
    {
        Reason.TOO_MANY_CELLS: (
            "The row has more cells than the header. Put cells that contain the delimiter in double "
            "quotes, then send the row again."
        ),
        Reason.TOO_FEW_CELLS: (
            "The row has fewer cells than the header. Look for a line break inside a cell that is not "
            "in double quotes, then send the row again."
        ),
        Reason.UNCLOSED_QUOTE: (
            "A double quote is opened and not closed, or stands inside a quoted cell without being "
            "doubled. Correct the quotes and send the row again."
        ),
        Reason.LINE_TOO_LONG: (
            "The row is longer than a row of a register can be. Take out pasted documents or pictures "
            "and send the row again."
        ),
        Reason.NOT_JSON: (
            "The line is not one JSON object. Write one object per line and send the line again."
        ),
        Reason.UNDECODABLE: (
            "The cell has characters that cannot be read in this encoding. Save the file as UTF-8 and "
            "send the row again."
        ),
        Reason.CONTROL_CHARACTER: (
            "The cell has a NUL or another control character. Delete and retype the cell."
        ),
        Reason.TEXT_DIRECTION: (
            "The cell has a hidden character that reverses the text. Delete and retype the cell."
        ),
        Reason.CELL_TOO_LONG: (
            "The cell is longer than this field can be. Shorten it, or move the text to the notes, and "
            "send the row again."
        ),
        Reason.FORMULA: (
            "The cell holds a formula, not a value. Replace it with the value (paste as values) and "
            "send the row again."
        ),
        Reason.MISSING_REFERENCE: (
            "The row has no reference of your own. Fill the reference column, so that a correction can "
            "find the record, and send the row again."
        ),
        Reason.ROUNDED_REFERENCE: (
            "The spreadsheet has rounded the reference. Format the column as text, enter the reference "
            "again and send the row again."
        ),
        Reason.NOTHING_SAID: (
            "The row has a reference and nothing else. Fill at least one column about the person."
        ),
        Reason.UNREADABLE_DATE: (
            "The date is in none of the formats of the profile. Correct it, or add its format to the "
            "profile, and send the row again."
        ),
        Reason.IMPOSSIBLE_DATE: (
            "There is no such day in the calendar. Correct the date and send the row again."
        ),
        Reason.FUTURE_DATE: "The date lies in the future. Correct the date and send the row again.",
        Reason.AGE_OVER_120: (
            "The date of birth makes the person older than 120. Correct it, or leave it empty, and send "
            "the row again."
        ),
        Reason.UNKNOWN_CODE: (
            "The code is not in the profile's list. Correct it, or add it to the profile, and send the "
            "row again."
        ),
        Reason.UNREADABLE_CONSENT: (
            "The answer on consent is not in the profile's list. It is never guessed: correct it, or "
            "add it to the profile, and send the row again."
        ),
        Reason.UNREADABLE_MARK: (
            "It cannot be told whether the record is for your agency alone. It is never guessed: "
            "correct the mark, or add it to the profile, and send the row again."
        ),
        Doubt.AMBIGUOUS_DATE: (
            "Two formats of the profile read this date differently; the first was taken. Give the "
            "column one format."
        ),
        Doubt.TWO_DIGIT_YEAR: (
            "The year has two digits; the latest century that is not in the future was taken."
        ),
        Doubt.SPREADSHEET_DATE: "The date was a spreadsheet's day number and was turned back into a date.",
        Doubt.TIME_IN_DATE: "The date came with a time; the day in London was taken.",
        Doubt.PLACEHOLDER_DATE: (
            "1 January 1900 is what systems put when the date is not known. Leave it empty."
        ),
        Doubt.NAME_PATTERN: "The name does not fit the profile's pattern and was kept whole.",
        Doubt.NO_NAME: "The row has no name. It is taken; add a name as soon as one is known.",
        Doubt.PHONE: "This is no phone number that can be rung. Check it.",
        Doubt.PHONE_ZERO: "The spreadsheet had dropped the leading zero; it was put back.",
        Doubt.EMAIL: "This is no email address. Check it.",
        Doubt.NI_NUMBER: "This cannot be a National Insurance number. Check it.",
        Doubt.NHS_NUMBER: "The check digit of the NHS number is wrong. Check it.",
        Doubt.SPREADSHEET_ERROR: "The cell shows a spreadsheet error such as #N/A and was read as empty.",
        Doubt.SPREADSHEET_TEXT: 'The cell was wrapped as ="…" and was unwrapped.',
        Doubt.FORMULA_LIKE: (
            "The text begins like a formula. It is kept as text and made harmless when written out."
        ),
        Doubt.INVISIBLE: "Invisible characters were taken out.",
        Doubt.UNKNOWN_CODE_KEPT: "The code is not in the profile's list and was kept as it stands.",
        Doubt.SPLIT_SURPLUS: "The cell has more parts than the profile names; the rest stayed with the last.",
    }
)
"""What to do about each reason and each doubt, in plain words and without any value from the row."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found in one row.

    Args:
        code: A reason if the row must be quarantined for it, a doubt if the row can be taken.
        column: The file's column it was found in; None if it concerns the whole row.
    """

    code: Reason | Doubt
    column: str | None = None

    @property
    def fatal(self) -> bool:
        """Whether the row is quarantined for it."""
        return isinstance(self.code, Reason)

    @property
    def advice(self) -> str:
        """What the data officer can do about it."""
        return ADVICE[self.code]
