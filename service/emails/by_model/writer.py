"""The writer with a language model: ask, show what may be shown, check, ask once more, and mend what is left."""

from collections.abc import Sequence

from service.adapters.language_model import LanguageModel, ModelUnavailable, OnCall
from service.emails.brief import Brief, Draft, OnSentence
from service.emails.by_model.answer import Garbled, read
from service.emails.by_model.body_reader import BodyReader
from service.emails.by_model.output_filter import Fault, OutputFilter
from service.emails.by_model.prompt import prompt_for
from service.emails.by_model.repair import Examined, examine, repair
from service.emails.by_model.untrusted import material_of, visible
from service.emails.model import BODY_MAX_CHARS, WriterUsage, WritingFailed
from service.emails.sentences import SentenceReader
from service.kernel.identifiers import Identifiers

_GARBLED = Fault("garbled", "It was not the JSON object that was asked for.")


class ModelWriter:
    """A `Writer`. At most two answers are asked for, each with the adapter's own retries and fallbacks."""

    def __init__(self, model: LanguageModel, *, identifiers: Identifiers) -> None:
        self._model = model
        self._identifiers = identifiers

    async def __call__(self, brief: Brief, /, *, on_sentence: OnSentence, on_call: OnCall) -> Draft:
        asking = _Asking(self._model, brief, self._identifiers, on_sentence, on_call)
        first = await asking.answer()
        if first is not None and not first.faults():
            return asking.draft_of(first)
        again = await asking.answer_again(first)
        return asking.draft_of(again, first)


class _Asking:
    """One letter in the making."""

    def __init__(
        self, model: LanguageModel, brief: Brief, identifiers: Identifiers, on_sentence: OnSentence, on_call: OnCall
    ) -> None:
        self._model = model
        self._brief = brief
        self._on_call = on_call
        self._canary = identifiers.token()
        self._boundary = identifiers.token()
        self._material = material_of(brief)
        self._filter = OutputFilter(brief, self._material, canary=self._canary)
        self._audience = Audience(self._filter, on_sentence)
        self._usage = WriterUsage("", "")

    async def answer(self, faults: Sequence[Fault] = ()) -> Examined | None:
        """An answer, looked through; None where it was no letter. Raises `ModelUnavailable`."""
        prompt = prompt_for(
            self._brief,
            self._material,
            canary=self._canary,
            boundary=self._boundary,
            # The model's own words may carry what it was made to say: only what has passed the filter is quoted back.
            faults=[fault.detail for fault in faults if not self._filter.leaks(fault.detail)],
        )
        answer = await self._model.answer(prompt, on_text=self._audience.listener(), on_call=self._on_call)
        self._usage = WriterUsage(
            answer.call.provider, answer.call.model, answer.call.input_tokens, answer.call.output_tokens
        )
        try:
            return examine(read(answer.text), self._brief, self._filter)
        except Garbled:
            return None

    async def answer_again(self, first: Examined | None) -> Examined | None:
        """The one other answer. A model that is away now does not take the first letter with it."""
        try:
            return await self.answer(first.faults() if first is not None else [_GARBLED])
        except ModelUnavailable:
            if first is None:
                raise
            return None

    def draft_of(self, *tried: Examined | None) -> Draft:
        """The first that gives a letter. Raises `WritingFailed`."""
        for seen in tried:
            if seen is None:
                continue
            draft = repair(seen, self._brief, self._usage, has_orders=self._filter.has_orders)
            if draft is not None:
                return draft
        raise WritingFailed("The language model gave no letter that may be sent.")


class Audience:
    """Who hears the letter while it is written: whole sentences that passed the filter, of the first answer that has
    any. A second answer after that is not heard, for it would repeat the first; the finished letter replaces both."""

    def __init__(self, output: OutputFilter, on_sentence: OnSentence) -> None:
        self._filter = output
        self._on_sentence = on_sentence
        self._tail = ""
        self._heard_chars = 0

    def listener(self) -> "Listener":
        return Listener(self, is_heard=not self._heard_chars)

    def offer(self, sentence: str) -> None:
        text = visible(sentence)
        if self._heard_chars + len(text) > BODY_MAX_CHARS or not self._filter.passes(text, tail=self._tail):
            return
        self._tail = (self._tail + text)[-BODY_MAX_CHARS:]
        self._heard_chars += len(text)
        self._on_sentence(text)


class Listener:
    """The `on_text` of one answer."""

    def __init__(self, audience: Audience, *, is_heard: bool) -> None:
        self._audience = audience
        self._is_heard = is_heard
        self._body = BodyReader()
        self._sentences = SentenceReader()

    def __call__(self, piece: str) -> None:
        if not self._is_heard or self._body.is_done:
            return
        found = self._sentences.feed(self._body.feed(piece))
        if self._body.is_done:
            found += self._sentences.end()
        for sentence in found:
            self._audience.offer(sentence)
