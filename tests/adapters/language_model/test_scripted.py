"""The model that ships for tests: it says its lines."""

import anyio
import pytest

from service.adapters.language_model import ModelUnavailable
from service.adapters.language_model.scripted import Line, ScriptedLanguageModel
from tests.adapters.language_models import Ear

pytestmark = pytest.mark.anyio


async def test_the_scripted_model_says_its_lines() -> None:
    model = ScriptedLanguageModel(["first", Line(("se", "cond")), Line(("half",), failure=ModelUnavailable("no"))])
    ear = Ear()
    assert [(await ear.ask(model)).text, (await ear.ask(model)).text] == ["first", "second"]
    with pytest.raises(ModelUnavailable):
        await ear.ask(model)
    assert ear.pieces == ["first", "se", "cond", "half"]
    assert ear.outcomes == ["finished", "finished", "failed"]
    assert len(model.prompts) == 3


async def test_the_scripted_model_obeys_cancellation() -> None:
    ear = Ear()
    with anyio.move_on_after(0.05) as scope:
        await ear.ask(ScriptedLanguageModel([Line(("never",), first_delay_seconds=60)]))
    assert scope.cancelled_caught
    assert ear.outcomes == ["cancelled"]
