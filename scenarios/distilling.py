"""From a run of language users to a surrogate that decides as they do, at light speed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from agents.decision import CHOICES, Decision, Examination
from agents.memory import Window
from agents.surrogate.gap import Gap
from agents.surrogate.policy import Distilled, Surrogate
from agents.surrogate.sight import Sight
from scenarios.building import Lab
from scenarios.logged import Page, pages
from simenv.errors import UsageError
from simenv.luck import stream
from simenv.records.columns import read_columns, write_columns
from simenv.records.run import Run
from simenv.types import NOTHING, BoolArray, Dataset
