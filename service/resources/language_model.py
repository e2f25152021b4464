"""The language model, over an endpoint that speaks OpenAI's API."""

from contextlib import AsyncExitStack

from service.adapters.language_model import LanguageModel
from service.kernel.clock import Clock
from service.settings import OPENAI_URL, Settings, installed_version


async def open_language_model(settings: Settings, stack: AsyncExitStack, *, clock: Clock) -> LanguageModel | None:
    """The configured endpoint's models, closed with the stack; None where no endpoint is configured."""
    if not settings.has_language_model:
        return None
    from service.adapters.language_model.openai_compatible import openai_compatible  # noqa: PLC0415  (httpx)

    opening = openai_compatible(
        base_url=settings.openai_base_url or OPENAI_URL,
        api_key=settings.openai_api_key,
        models=settings.models,
        prices=settings.model_prices,
        timeout_seconds=settings.model_timeout_seconds,
        first_token_timeout_seconds=settings.first_token_timeout_seconds,
        max_in_flight=settings.max_in_flight,
        clock=clock,
        user_agent=f"overture/{installed_version()}",
    )
    return await stack.enter_async_context(opening)
