"""What a scenario says: plain values, each checked, each with a default that runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from recommenders import TRAINED

LAST_SEED = 2**31 - 1
"""Seeds stand in 32-bit columns."""

Whole = Annotated[int, Field(strict=True)]
"""A whole number, for which neither a word nor yes is taken."""
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Count = Annotated[Whole, Field(ge=1, le=10_000_000)]


class Values(BaseModel):
    """Values that cannot be changed after they were checked, and among which nothing unknown hides."""

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())


class Arm(Values):
    """One recommender of a comparison: a name for the tables, what it is, and its settings."""

    name: str = Field(min_length=1, max_length=60)
    use: str = Field(min_length=1)
    settings: dict[str, Any] = {}

    @model_validator(mode="before")
    @classmethod
    def _from_short_form(cls, value: Any) -> Any:
        """``ease`` and ``{ease: {regularization: 300}}`` are short for the whole form."""
        if isinstance(value, str):
            return {"name": _called(value), "use": value}
        if isinstance(value, dict) and len(value) == 1 and not {"name", "use"} & set(value):
            (use, settings), *_ = value.items()
            return {"name": _called(use), "use": use, "settings": settings or {}}
        if isinstance(value, dict) and "use" in value:
            return {"name": _called(value["use"]), **value}
        return value


def _called(use: Any) -> Any:
    """The name for the tables where there is no other; a trained recommender is called as its folder is."""
    return Path(use).name if isinstance(use, str) and use.startswith(TRAINED) else use


class Examined(Values):
    """How attention falls along a page: (1 + slot) ** -decay, times 1 - fatigue x tiredness."""

    decay: Number = Field(0.3, ge=0, le=10)
    fatigue: Number = Field(0.5, ge=0, le=1)


class Llama(Values):
    """How llama.cpp runs; what is left out is found from the machine and the model."""

    threads: Whole | None = Field(None, ge=1, le=1024)
    contexts: Whole | None = Field(None, ge=1, le=64, description="among which threads are shared out")
    context: Whole | None = Field(None, ge=64, le=1_048_576, description="tokens of the longest prompt")
    batch: Whole | None = Field(None, ge=1, le=1_048_576, description="most tokens computed at once")
    gpu_layers: Whole | None = Field(None, ge=-1, le=10_000, description="layers on a GPU; -1 for all")
    persona_budget_mb: Whole | None = Field(None, ge=0, le=1_048_576, description="for kept beginnings")
    group: Whole | None = Field(None, ge=1, le=256, description="agents' pages computed at once")


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str | dict) else value


class Scenario(Values):
    """An experiment: who meets which recommenders, for how long, under which luck."""

    name: str = Field("own", min_length=1, max_length=60)
    question: str = ""
    dataset: str = "town"
    agents: Count = 100
    users: (
        Literal["language", "taste", "mixed", "surrogate"] | Annotated[str, Field(pattern=r"^[\w.]+:\w+$")]
    ) = "language"
    thinkers: Number = Field(0.1, ge=0, le=1, description="share of thinking agents where users are mixed")
    model: str = "embedded"
    llama: Llama = Field(default_factory=Llama.model_construct)
    recommenders: Annotated[list[Arm], BeforeValidator(_as_list)] = Field(min_length=1, max_length=100)
    rounds: Whole = Field(1, ge=1, le=10_000, description="days; every agent makes one visit a day")
    pages: Whole = Field(5, ge=1, le=1000, description="most pages of one visit")
    slots: Whole = Field(10, ge=1, le=500, description="items on a page")
    seed: Whole = Field(0, ge=0, le=LAST_SEED)
    base_rate: Number = Field(0.2, gt=0, lt=1, description="share of looked-at items wanted on average")
    choice: Literal["independent", "multinomial"] = "independent"
    examination: Examined = Field(default_factory=Examined.model_construct)
    window: Whole = Field(16, ge=1, le=10_000, description="watched items that an agent remembers")
    reasons: Whole = Field(0, ge=0, description="how many agents explain a choice on their first page")
    keep: Whole | None = Field(
        None, ge=0, description="of how many agents words are kept; all where left out"
    )

    @model_validator(mode="after")
    def _arms_differ(self) -> Scenario:
        names = [arm.name for arm in self.recommenders]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"recommender names must differ, found {twice[0]!r} twice; give one a `name:`")
        return self
