"""Load the drawing libraries (extra `report`), give charts one look, and turn them into SVG or PNG."""

from typing import Any

import polars as pl

from bnl.errors import MissingExtra

Chart = Any
"""An Altair chart; typed loosely because Altair is optional."""

FOR, AGAINST, TOTAL, PLAIN, FAINT, WARN = "#1b7f79", "#b5473c", "#35424e", "#4472a8", "#b9c3cc", "#d19a2e"
_INSTALL = "Install it: pip install bnl[report]"


def altair() -> Any:
    """Import Altair.

    Raises:
        MissingExtra: When it is not installed.
    """
    try:
        import altair as alt
    except ImportError as error:
        raise MissingExtra("charts need Altair.", _INSTALL) from error
    return alt


def _drawer() -> Any:
    """Import the library that draws without a browser.

    Raises:
        MissingExtra: When it is not installed.
    """
    try:
        import vl_convert
    except ImportError as error:
        raise MissingExtra("drawing charts needs vl-convert.", _INSTALL) from error
    return vl_convert


def rows(frame: pl.DataFrame) -> Any:
    """Hand a frame to Altair as plain rows, so that no other dataframe library is needed."""
    return altair().Data(values=frame.to_dicts())


def colours(names: dict[str, str], field: str) -> Any:
    """Return a colour encoding of a field with fixed names and a legend on top."""
    alt = altair()
    scale = alt.Scale(domain=list(names), range=list(names.values()))
    return alt.Color(f"{field}:N", scale=scale, legend=alt.Legend(title=None, orient="top"))


def categories(field: str) -> Any:
    """Return a vertical encoding of a field in the order of the column ``place``."""
    alt = altair()
    axis = alt.Axis(grid=False, labelLimit=520)
    return alt.Y(f"{field}:N", sort=alt.SortField("place"), title=None, axis=axis)


def finished(chart: Chart, title: str, width: int, height: int) -> Chart:
    """Give a chart its title, size in points and the common look."""
    return (
        chart.properties(title=title, width=width, height=height)
        .configure_view(stroke=None)
        .configure_axis(grid=True, gridColor="#eceff1", labelFontSize=11, titleFontSize=11)
        .configure_title(anchor="start", fontSize=14, color=TOTAL)
        .configure_legend(labelFontSize=11, titleFontSize=11)
    )


def to_svg(chart: Chart) -> str:
    """Draw a chart as SVG text, without a browser or the network.

    Raises:
        MissingExtra: When the drawing library is not installed.
    """
    return str(_drawer().vegalite_to_svg(chart.to_dict()))


def to_png(chart: Chart, scale: float = 2.0) -> bytes:
    """Draw a chart as a PNG image, without a browser or the network.

    Args:
        chart: The chart.
        scale: Pixels per point.

    Raises:
        MissingExtra: When the drawing library is not installed.
    """
    return bytes(_drawer().vegalite_to_png(chart.to_dict(), scale=scale))
