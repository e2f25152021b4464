"""What an attempt used and cost, also where the provider never said so. Pure."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from service.adapters.language_model import Price

# With current tokenizers some four for English, fewer for other languages: an estimate, and said to be one.
BYTES_PER_TOKEN = 4

# One dollar per million tokens is a hundred microcents per token.
MICROCENTS_PER_TOKEN = 100


@dataclass(frozen=True, slots=True)
class Usage:
    input_tokens: int
    output_tokens: int


def estimated_tokens(size_bytes: int) -> int:
    return -(-size_bytes // BYTES_PER_TOKEN)


def cost_microcents(usage: Usage, price: Price | None) -> int | None:
    if price is None:
        return None
    dollars = usage.input_tokens * Decimal(str(price.input)) + usage.output_tokens * Decimal(str(price.output))
    return int((dollars * MICROCENTS_PER_TOKEN).quantize(Decimal(1), ROUND_HALF_UP))
