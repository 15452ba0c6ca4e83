"""Tests that need real data."""

from __future__ import annotations

import os

import pytest

real = pytest.mark.skipif(
    not os.environ.get("SIMENV_DATA"), reason="SIMENV_DATA names no folder with real data"
)
