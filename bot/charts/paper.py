"""What charts are drawn on: a transparent ground, and inks that stand out from Slack's light and its dark alike.

Matplotlib's own objects, without pyplot and its global state. Its fonts are not made for several threads: one chart at a time.
"""

import threading
from collections.abc import Callable
from io import BytesIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK, LINE, USUAL = "#767c85", "#2f7fd0", "#c2601c"
"""Text and axes, the line, what is usual: each 4:1 and more against #ffffff and #1a1d21."""
WIDTH, HEIGHT, SCALE = 480, 168, 2
"""In points of the screen, and how many pixels each has."""
INCH = 100
SMALL, LARGE = 8.2, 9
FONT = "DejaVu Sans"
_DRAWING = threading.Lock()


def picture(place: tuple[float, float, float, float], paint: Callable[["Axes"], None]) -> bytes:
    """A PNG of 960 × 336 pixels; `place` is where the axes stand in it, in shares. Takes a twentieth of a second: call it in a thread."""
    with _DRAWING:
        from matplotlib.figure import Figure  # noqa: PLC0415 (half a second, which only those pay who draw)

        figure = Figure(figsize=(WIDTH / INCH, HEIGHT / INCH), dpi=INCH * SCALE)
        figure.patch.set_alpha(0)
        axes = figure.add_axes(place)
        axes.patch.set_alpha(0)
        paint(axes)
        drawn = BytesIO()
        figure.savefig(drawn, format="png", metadata={"Software": None})
        return drawn.getvalue()


def bare(axes: "Axes") -> None:
    """No box, small numbers in the ink of the axes."""
    for side in axes.spines.values():
        side.set_visible(False)
    axes.tick_params(length=0, colors=INK, labelsize=SMALL, labelfontfamily=FONT)
    axes.tick_params(axis="x", pad=6)


def write(axes: "Axes", x: float, y: float, text: str, ink: str, **look: Any) -> None:
    """At a place of the axes, from 0 to 1, whatever their numbers are."""
    font = {"fontsize": SMALL, "family": FONT, "va": "center", "parse_math": False, **look}
    axes.text(x, y, text, color=ink, transform=axes.transAxes, **font)
