"""Every measure of the register keeps the contract of measures."""

from __future__ import annotations

import pytest

from simenv.metrics import Measure, measures
from simenv.types import Catalog
from tests.contracts.metric import MetricContract
from tests.factories import catalog


@pytest.mark.parametrize("name", measures(1, catalog()))
class TestMeasures(MetricContract):
    @pytest.fixture(autouse=True)
    def _named(self, name: str) -> None:
        self.name = name

    def create(self, agents: int, items: Catalog) -> Measure:
        return measures(agents, items)[self.name]
