"""Dates as agencies write them: formats, doubts, reasons, and an obvious reader as oracle."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.domain.dates import check_partial_date
from bnl.exchange.dates import DateReader, ReadDate, date_pattern
from bnl.exchange.findings import Doubt, Reason

TODAY = date(2026, 11, 21)
UK = ("dd/mm/yyyy",)


def read(text: str, *formats: str, birth: bool = True) -> ReadDate | Reason:
    return DateReader(formats or UK, TODAY, birth=birth).read(text)


@pytest.mark.parametrize(
    ("text", "formats", "iso"),
    [
        pytest.param("31/01/1990", UK, "1990-01-31", id="day-month-year"),
        pytest.param("1/2/1990", UK, "1990-02-01", id="single-digits"),
        pytest.param("01-02-1990", UK, "1990-02-01", id="dashes-stand-for-slashes"),
        pytest.param("01.02.1990", UK, "1990-02-01", id="dots-stand-for-slashes"),
        pytest.param("01 02 1990", UK, "1990-02-01", id="blanks-stand-for-slashes"),
        pytest.param("1990-01-31", UK, "1990-01-31", id="iso-is-always-read"),
        pytest.param("1990-01", UK, "1990-01", id="iso-month"),
        pytest.param("1990", UK, "1990", id="iso-year"),
        pytest.param("00/00/1990", UK, "1990", id="day-and-month-unknown"),
        pytest.param("00/03/1990", UK, "1990-03", id="day-unknown"),
        pytest.param("1990-00-00", UK, "1990", id="iso-day-and-month-unknown"),
        pytest.param("03/1990", ("mm/yyyy",), "1990-03", id="month-and-year"),
        pytest.param("01/31/1990", ("mm/dd/yyyy",), "1990-01-31", id="american"),
        pytest.param("31 Jan 1990", ("dd mmm yyyy",), "1990-01-31", id="month-name-short"),
        pytest.param("31 January 1990", ("dd mmmm yyyy",), "1990-01-31", id="month-name-long"),
        pytest.param("3 SEPT 1990", ("d mmm yyyy",), "1990-09-03", id="four-letter-september"),
        pytest.param("31-jan-1990", ("dd mmm yyyy",), "1990-01-31", id="month-name-with-dashes"),
        pytest.param("Jan. 31, 1990", ("mmm dd, yyyy",), "1990-01-31", id="literal-comma"),
        pytest.param("19900131", ("yyyymmdd",), "1990-01-31", id="no-separators"),
        pytest.param("31011990", ("ddmmyyyy",), "1990-01-31", id="no-separators-day-first"),
        pytest.param("29/02/2000", UK, "2000-02-29", id="leap-day"),
        pytest.param("21/11/2026", UK, "2026-11-21", id="born-today"),
        pytest.param("1990-01-31 00:00:00", UK, "1990-01-31", id="midnight-is-no-time"),
        pytest.param("1990-01-31T00:00:00", UK, "1990-01-31", id="iso-midnight"),
        pytest.param("31/01/1990 00:00", UK, "1990-01-31", id="uk-midnight"),
    ],
)
def test_reads_what_the_formats_name_without_doubt(text: str, formats: tuple[str, ...], iso: str) -> None:
    assert read(text, *formats) == ReadDate(iso)


@pytest.mark.parametrize(
    ("text", "formats", "expected", "doubt"),
    [
        pytest.param(
            "03/04/90", ("dd/mm/yy",), "1990-04-03", Doubt.TWO_DIGIT_YEAR, id="two-digits-last-century"
        ),
        pytest.param(
            "03/04/20", ("dd/mm/yy",), "2020-04-03", Doubt.TWO_DIGIT_YEAR, id="two-digits-this-century"
        ),
        pytest.param("21/11/26", ("dd/mm/yy",), "2026-11-21", Doubt.TWO_DIGIT_YEAR, id="two-digits-today"),
        pytest.param("22/11/26", ("dd/mm/yy",), "1926-11-22", Doubt.TWO_DIGIT_YEAR, id="two-digits-tomorrow"),
        pytest.param(
            "03/04/1990", ("dd/mm/yyyy", "mm/dd/yyyy"), "1990-04-03", Doubt.AMBIGUOUS_DATE, id="both-orders"
        ),
        pytest.param("32874", UK, "1990-01-01", Doubt.SPREADSHEET_DATE, id="serial"),
        pytest.param("32874.0", UK, "1990-01-01", Doubt.SPREADSHEET_DATE, id="serial-as-float"),
        pytest.param("1990-01-31 14:03:00", UK, "1990-01-31", Doubt.TIME_IN_DATE, id="time"),
        pytest.param("31/01/1990 2:03 PM", UK, "1990-01-31", Doubt.TIME_IN_DATE, id="half-day-clock"),
        pytest.param(
            "1990-06-30T23:00:00Z", UK, "1990-07-01", Doubt.TIME_IN_DATE, id="summer-midnight-as-utc"
        ),
        pytest.param(
            "1990-01-31T00:00:00Z", UK, "1990-01-31", Doubt.TIME_IN_DATE, id="winter-midnight-as-utc"
        ),
        pytest.param("1990-06-30T20:30:00-05:00", UK, "1990-07-01", Doubt.TIME_IN_DATE, id="overseas"),
        pytest.param("1900-01-01", UK, "1900-01-01", Doubt.PLACEHOLDER_DATE, id="placeholder"),
        pytest.param("01/01/1900", UK, "1900-01-01", Doubt.PLACEHOLDER_DATE, id="placeholder-uk"),
    ],
)
def test_takes_what_is_doubtful_and_says_so(
    text: str, formats: tuple[str, ...], expected: str, doubt: Doubt
) -> None:
    assert read(text, *formats) == ReadDate(expected, (doubt,))


def test_two_orders_that_agree_leave_no_doubt() -> None:
    assert read("04/04/1990", "dd/mm/yyyy", "mm/dd/yyyy") == ReadDate("1990-04-04")
    assert read("31/01/1990", "dd/mm/yyyy", "mm/dd/yyyy") == ReadDate("1990-01-31")
    assert read("01/31/1990", "dd/mm/yyyy", "mm/dd/yyyy") == ReadDate("1990-01-31")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("31/02/1990", Reason.IMPOSSIBLE_DATE, id="february"),
        pytest.param("1990-02-31", Reason.IMPOSSIBLE_DATE, id="february-iso"),
        pytest.param("29/02/1900", Reason.IMPOSSIBLE_DATE, id="no-leap-year"),
        pytest.param("01/13/1990", Reason.IMPOSSIBLE_DATE, id="thirteenth-month"),
        pytest.param("12/00/1990", Reason.IMPOSSIBLE_DATE, id="day-of-an-unknown-month"),
        pytest.param("00/00/0000", Reason.IMPOSSIBLE_DATE, id="year-nought"),
        pytest.param("22/11/2026", Reason.FUTURE_DATE, id="tomorrow"),
        pytest.param("2026-12", Reason.FUTURE_DATE, id="next-month"),
        pytest.param("2027", Reason.FUTURE_DATE, id="next-year"),
        pytest.param("99999", Reason.FUTURE_DATE, id="serial-in-the-future"),
        pytest.param("21/11/1905", Reason.AGE_OVER_120, id="turns-121-today"),
        pytest.param("1904", Reason.AGE_OVER_120, id="year-surely-over-120"),
        pytest.param("1905-10", Reason.AGE_OVER_120, id="month-surely-over-120"),
        pytest.param("01/01/1850", Reason.AGE_OVER_120, id="long-ago"),
        pytest.param("yesterday", Reason.UNREADABLE_DATE, id="word"),
        pytest.param("1/2/3", Reason.UNREADABLE_DATE, id="one-digit-year"),
        pytest.param("01/02/90", Reason.UNREADABLE_DATE, id="two-digits-where-four-are-asked"),
        pytest.param("123456", Reason.UNREADABLE_DATE, id="six-digits"),
        pytest.param("١٩٩٠-٠١-٣١", Reason.UNREADABLE_DATE, id="digits-of-another-script"),
        pytest.param("Jan 1990 or 1991", Reason.UNREADABLE_DATE, id="a-sentence"),
        pytest.param("c. 1990", Reason.UNREADABLE_DATE, id="about"),
    ],
)
def test_refuses_what_cannot_be(text: str, reason: Reason) -> None:
    assert read(text) is reason


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("22/11/1905", id="turns-121-tomorrow"),
        pytest.param("1905", id="year-perhaps-120"),
        pytest.param("1905-11", id="month-perhaps-120"),
    ],
)
def test_takes_the_oldest_that_may_still_be_120(text: str) -> None:
    assert isinstance(read(text), ReadDate)


def test_a_date_that_is_no_birth_has_no_oldest_age_and_no_placeholder() -> None:
    assert read("1900-01-01", birth=False) == ReadDate("1900-01-01")
    assert read("1666-09-02", birth=False) == ReadDate("1666-09-02")
    assert read("22/11/2026", birth=False) is Reason.FUTURE_DATE


def test_a_month_that_is_no_english_month_is_impossible() -> None:
    assert read("31 Xyz 1990", "dd mmm yyyy") is Reason.IMPOSSIBLE_DATE


def test_a_broken_time_with_a_zone_leaves_the_day() -> None:
    assert read("1990-01-31T99:00:00Z") == ReadDate("1990-01-31", (Doubt.TIME_IN_DATE,))
    assert read("0001-01-01T00:00:00+14:00") is Reason.AGE_OVER_120


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("dd/mm", id="no-year"),
        pytest.param("dd/yyyy", id="day-without-month"),
        pytest.param("dd/mm/yyyy/yy", id="year-twice"),
        pytest.param("mm/mm/yyyy", id="month-twice"),
        pytest.param("%d.%M", id="another-notation"),
    ],
)
def test_a_format_that_says_nothing_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a date format names a year"):
        date_pattern(text)


@given(st.dates(min_value=date(1906, 1, 1), max_value=TODAY))
def test_every_day_is_read_back_from_every_way_of_writing_it(day: date) -> None:
    ways = {
        "dd/mm/yyyy": f"{day.day:02d}/{day.month:02d}/{day.year}",
        "d/m/yyyy": f"{day.day}/{day.month}/{day.year}",
        "mm/dd/yyyy": f"{day.month}.{day.day}.{day.year}",
        "dd mmm yyyy": day.strftime("%d %b %Y"),
        "mmmm d yyyy": day.strftime("%B %d %Y"),
        "yyyymmdd": day.strftime("%Y%m%d"),
        "ddmmyyyy": day.strftime("%d%m%Y"),
        "yyyy-mm-dd": day.isoformat(),
    }
    for pattern, text in ways.items():
        assert DateReader((pattern,), TODAY).read(text) == ReadDate(day.isoformat()), pattern


@given(st.dates(min_value=date(1927, 5, 18), max_value=TODAY))
def test_a_day_number_is_the_day_a_spreadsheet_shows(day: date) -> None:
    number = (day - date(1899, 12, 30)) / timedelta(days=1)
    assert read(str(int(number))) == ReadDate(day.isoformat(), (Doubt.SPREADSHEET_DATE,))


@given(
    st.one_of(
        st.text(max_size=25),
        st.from_regex(r"[0-9]{1,4}[/. -][0-9]{1,2}[/. -][0-9]{1,4}( [0-9]{1,2}:[0-9]{2})?", fullmatch=True),
        st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}Z", fullmatch=True),
    )
)
def test_whatever_is_written_the_answer_is_a_partial_date_not_in_the_future_or_a_reason(text: str) -> None:
    answer = read(text, "dd/mm/yyyy", "mm/dd/yy", "dd mmm yyyy")
    if isinstance(answer, ReadDate):
        assert check_partial_date(answer.iso) == answer.iso
        assert answer.iso <= TODAY.isoformat()
        assert answer.iso >= "1900"
    else:
        assert isinstance(answer, Reason)
