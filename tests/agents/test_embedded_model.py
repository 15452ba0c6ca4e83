"""What the model that comes with the package is worth on people that it has never met."""

from __future__ import annotations

import numpy as np
import pytest

from agents.behaviour.validation import evaluate
from agents.models import EMBEDDED
from agents.models.llama_cpp import LlamaCppModel
from simenv.data.movielens import unseen_people
from tests.agents.real import real
from tests.contracts.dataset import loaded


@real
@pytest.mark.slow
def test_it_knows_what_unseen_people_would_watch() -> None:
    dataset = loaded("ml-1m", 0)
    if len(dataset.users) != 5040:
        pytest.skip("the published form has the unseen people in it")
    everybody = np.arange(0, 1000, 10, dtype=np.int32)
    with LlamaCppModel(EMBEDDED, threads=1) as model:
        worth = evaluate(model, unseen_people(dataset), everybody)
    assert worth.people == 100
    assert worth.auc > 0.80
    assert worth.auc_matched > 0.55
