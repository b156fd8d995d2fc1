"""The figures of the chapters: each function returns one, `show` puts it on the page."""

from ptfund.plotting._bars import plot_bars
from ptfund.plotting._curves import plot_curves
from ptfund.plotting._diagrams import plot_broadcast, plot_graph
from ptfund.plotting._effects import plot_effects
from ptfund.plotting._heat import plot_heat_map
from ptfund.plotting._images import plot_images, plot_pixels, plot_saliency
from ptfund.plotting._panels import plot_histograms, plot_panels
from ptfund.plotting._reliability import plot_reliability
from ptfund.plotting._surfaces import plot_surface

__all__ = [
    "plot_bars",
    "plot_broadcast",
    "plot_curves",
    "plot_effects",
    "plot_graph",
    "plot_heat_map",
    "plot_histograms",
    "plot_images",
    "plot_panels",
    "plot_pixels",
    "plot_reliability",
    "plot_saliency",
    "plot_surface",
]
