"""Pure functions from small tables to figures: each gives a ``Chart``, which ``showing.show`` draws."""

from dashboard.charts.style import Chart, Look, looks

__all__ = ["Chart", "Look", "looks"]
