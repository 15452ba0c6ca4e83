"""The model that does not think."""

from __future__ import annotations

import numpy as np
import pytest

from agents.models.scripted import ScriptedModel
from simenv.errors import UsageError
from simenv.words import Question

QUESTION = Question("People.", " Ann likes drama.", "", " Heat?", (" yes", " no"))


def test_a_script_says_how_much_each_option_is_favoured() -> None:
    model = ScriptedModel(lambda _: [np.log(3.0), 0.0])
    np.testing.assert_allclose(np.exp(model.choose([QUESTION])[0]), [0.75, 0.25], rtol=1e-6)


def test_words_are_counted_as_tokens() -> None:
    assert ScriptedModel().count(["Heat (1995) by Michael Mann", ""]) == [5, 0]


def test_a_script_that_does_not_fit_the_options_is_refused() -> None:
    with pytest.raises(UsageError, match="found 3 for the options"):
        ScriptedModel(lambda _: [1.0, 2.0, 3.0]).choose([QUESTION])
