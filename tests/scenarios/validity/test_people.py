"""Who is reported on was in nobody's training, and is known by their context alone."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from agents.behaviour.plan import Lesson
from agents.profile import describe
from scenarios.validity.people import Judged, own_split
from scenarios.validity.record import Record
from scenarios.validity.released import Files, released
from simenv.data import item_statistics
from simenv.errors import UsageError
from simenv.types import Dataset, Interactions
from tests.agents.behaviour.small import village
from tests.contracts.dataset import loaded, pairs
from tests.scenarios.validity.village import judged


@cache
def town() -> Judged:
    return own_split(loaded("town", 0), Record(), 50, 0)


def test_learners_people_for_tuning_and_people_reported_on_are_different_people() -> None:
    groups = [set(town().train.user.tolist()), set(town().validation.user), set(town().reported.user)]
    assert not groups[0] & groups[1]
    assert not groups[0] & groups[2]
    assert not groups[1] & groups[2]
    assert len(groups[2]) == 50


def test_nothing_hidden_is_known() -> None:
    for group in (town().reported, town().validation):
        assert not pairs(group.context) & pairs(group.held)
        assert set(group.context.user.tolist()) | set(group.held.user.tolist()) == set(group.user.tolist())
    history = town().population(town().reported).history
    hidden = pairs(town().reported.held)
    remembered = {
        (int(user), int(item))
        for user, row in zip(town().reported.user, history, strict=True)
        for item in row
    }
    assert remembered
    assert not remembered & hidden


def test_what_is_said_of_items_comes_from_the_learners_alone() -> None:
    popularity, mean = item_statistics(town().train)
    assert np.array_equal(town().catalog.popularity, popularity)
    assert np.array_equal(town().catalog.mean_rating, mean, equal_nan=True)


def test_the_same_luck_chooses_the_same_people() -> None:
    again = own_split(loaded("town", 0), Record(), 50, 0)
    other = own_split(loaded("town", 0), Record(), 50, 1)
    assert np.array_equal(again.reported.user, town().reported.user)
    assert not np.array_equal(other.reported.user, town().reported.user)


def learned(dataset: Dataset) -> Record:
    """A model that has learned from a data set, six of its people kept apart."""
    return Record(data=[(dataset.name, dataset.sha256)], apart=24)


def test_nobody_is_reported_on_whom_the_model_has_met() -> None:
    data = village(90)
    apart = Lesson.of(data, 0, 24).validation
    found = own_split(data, learned(data), None, 0)
    assert set(found.reported.user) <= set(apart)
    assert set(found.unmet.user) <= set(apart)
    assert len(found.validation) > len(found.unmet)
    assert found.met.sum() == len(found.validation) - len(found.unmet)


def test_more_people_than_the_model_has_left_are_refused() -> None:
    data = village(90)
    with pytest.raises(UsageError, match=r"Expected 1 to \d+ people of 'village' to report on .*found 60"):
        own_split(data, learned(data), 60, 0)


def test_a_model_that_learned_from_other_data_of_that_name_counts_as_having_met_everybody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = village(90)
    monkeypatch.setattr("scenarios.validity.record.load", lambda _: data)
    assert Record(data=[("village", "another")]).met(data).all()
    elsewhere = replace(data, catalog=replace(data.catalog, titles=("x",) * len(data.catalog)), sha256="?")
    assert not learned(data).met(elsewhere).any()


def put(path: Path, dataset: Dataset, parts: Sequence[Interactions], rated: bool = True) -> Path:
    """Ratings as people release them."""
    lines = ["userId,movieId,rating" if rated else "userId,movieId"]
    for part in parts:
        for user, item, stars in zip(part.user, part.item, part.rating, strict=True):
            words = [dataset.users.ids[user], dataset.catalog.ids[item], f"{stars:g}"]
            lines.append(",".join(words if rated else words[:2]))
    content = "\n".join(lines).encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def as_files(folder: Path, own: Judged, leaked: Sequence[Interactions] = ()) -> Files:
    """A split as it was made here, released."""
    data = village(90)
    apart = own.validation
    return Files(
        put(folder / "train.csv.gz", data, [own.train, apart.context, apart.held, *leaked]),
        put(folder / "context.csv", data, [own.reported.context]),
        put(folder / "split.csv", data, [own.reported.held]),
    )


def test_a_released_split_is_taken_as_it_is(tmp_path: Path) -> None:
    own, data = judged(), village(90)
    found = released(data, as_files(tmp_path, own), Record(), None, 0)
    assert np.array_equal(found.reported.user, own.reported.user)
    assert pairs(found.reported.context) == pairs(own.reported.context)
    assert pairs(found.reported.held) == pairs(own.reported.held)
    everybody = pairs(own.train) | pairs(own.validation.context) | pairs(own.validation.held)
    tuning = pairs(found.validation.context) | pairs(found.validation.held)
    assert pairs(found.train) | tuning == everybody
    assert not pairs(found.train) & tuning
    few = released(data, as_files(tmp_path, own), Record(), 7, 0)
    assert len(few.reported) == 7
    assert set(few.reported.user) <= set(own.reported.user)


def test_people_whom_the_data_do_not_describe_have_a_profile_too(tmp_path: Path) -> None:
    own, data = judged(), village(90)
    files = as_files(tmp_path, own)
    text = files.context.read_text().splitlines()
    files.context.write_text("\n".join([*text, "stranger,3,4", "stranger,5,2"]))
    text = files.split.read_text().splitlines()
    files.split.write_text("\n".join([*text, "stranger,7,5"]))
    found = released(data, files, Record(), None, 0)
    people = found.population(found.reported)
    (row,) = (at for at, name in enumerate(people.ids) if name == "stranger")
    words = describe(people, row, found.catalog)
    assert words.startswith("\nA person")
    assert "Film" in words


def test_a_split_without_stars_is_taken(tmp_path: Path) -> None:
    own, data = judged(), village(90)
    files = replace(
        as_files(tmp_path, own), split=put(tmp_path / "bare.csv", data, [own.reported.held], rated=False)
    )
    found = released(data, files, Record(), None, 0)
    assert pairs(found.reported.held) == pairs(own.reported.held)
    assert np.isnan(found.reported.held.rating).all()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("userId,movieId\n1,nowhere\n", "'nowhere', which it lacks"),
        ("who,what\n1,2\n", "Expected the columns userId, movieId"),
        ("userId,movieId\n", "0 rows"),
        ("userId,movieId,rating\n1,2,77\n", r"Expected stars from 0\.5 to 5"),
        ("userId,movieId,rating\n1,2,good\n", r"Expected stars from 0\.5 to 5"),
        ('userId,movieId\n1,2\n"', "none that can be read"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_in_a_sentence(
    tmp_path: Path, content: str, sentence: str
) -> None:
    files = as_files(tmp_path, judged())
    files.split.write_text(content)
    with pytest.raises(UsageError, match=sentence):
        released(village(90), files, Record(), None, 0)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    files = replace(as_files(tmp_path, judged()), train=tmp_path / "none.csv")
    with pytest.raises(UsageError, match=r"none\.csv"):
        released(village(90), files, Record(), None, 0)


def test_more_people_than_the_split_has_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Expected 1 to 30 people to report on"):
        released(village(90), as_files(tmp_path, judged()), Record(), 31, 0)
