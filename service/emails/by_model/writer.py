"""The writer with a language model: ask, show what may be shown, check, ask once more, and mend what is left."""

from collections.abc import Sequence

from service.adapters.language_model import LanguageModel, ModelUnavailable, OnCall
from service.emails.brief import Brief, Draft, OnSentence
from service.emails.by_model.answer import Garbled, Letter, read
from service.emails.by_model.body_reader import BodyReader, DocumentStart
from service.emails.by_model.output_filter import Fault, OutputFilter
from service.emails.by_model.prompt import prompt_for
from service.emails.by_model.repair import Examined, examine, repair
from service.emails.by_model.untrusted import material_of, visible
from service.emails.model import BODY_MAX_CHARS, WriterUsage, WritingFailed
from service.emails.sentences import SentenceReader
from service.kernel.identifiers import Identifiers


class ModelWriter:
    """A `Writer`. At most two answers are asked for, each with the adapter's own retries and fallbacks."""

    def __init__(self, model: LanguageModel, *, identifiers: Identifiers) -> None:
        self._model = model
        self._identifiers = identifiers

    async def __call__(self, brief: Brief, /, *, on_sentence: OnSentence | None, on_call: OnCall) -> Draft:
        asking = _Asking(self._model, brief, self._identifiers, on_sentence, on_call)
        first = await asking.answer()
        faults = first.faults()
        if not faults:
            return asking.draft_of(first)
        try:
            return asking.draft_of(await asking.answer(faults), first)
        except ModelUnavailable:  # a model that is away now does not take the first letter with it
            return asking.draft_of(first)


class _Asking:
    """One letter in the making."""

    def __init__(
        self,
        model: LanguageModel,
        brief: Brief,
        identifiers: Identifiers,
        on_sentence: OnSentence | None,
        on_call: OnCall,
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

    async def answer(self, faults: Sequence[Fault] = ()) -> Examined:
        """An answer, looked through. Raises `ModelUnavailable`."""
        prompt = prompt_for(
            self._brief,
            self._material,
            canary=self._canary,
            boundary=self._boundary,
            # The model's own words may carry what it was made to say: only what has passed the filter is quoted back.
            faults=[fault.detail for fault in faults if not self._filter.leaks(fault.detail)],
        )
        listener = LetterListener(self._audience)
        answer = await self._model.answer(prompt, listener=listener, on_call=self._on_call)
        call = answer.call
        self._usage = WriterUsage(call.provider, call.model, call.input_tokens, call.output_tokens)
        return examine(listener.letter or read(answer.text), self._brief, self._filter)

    def draft_of(self, *examined: Examined) -> Draft:
        """The first that gives a letter. Raises `WritingFailed`."""
        for seen in examined:
            draft = repair(seen, self._brief, self._usage, has_orders=self._filter.has_orders)
            if draft is not None:
                return draft
        raise WritingFailed("The language model gave no letter that may be sent.")


class Audience:
    """Who is shown the letter while it is written: whole sentences that passed the filter, of the first answer that has
    any. A second answer after that is not shown, for it would repeat the first; the finished letter replaces both."""

    def __init__(self, output: OutputFilter, on_sentence: OnSentence | None) -> None:
        self._filter = output
        self._on_sentence = on_sentence
        self._tail = ""
        self.shown_chars = 0

    def offer(self, sentence: str) -> None:
        if self._on_sentence is None:
            return
        text = visible(sentence)
        if self.shown_chars + len(text) > BODY_MAX_CHARS or not self._filter.passes(text, tail=self._tail):
            return
        self._tail = (self._tail + text)[-BODY_MAX_CHARS:]
        self.shown_chars += len(text)
        self._on_sentence(text)


class LetterListener:
    """The adapter's `Listener` for one answer."""

    def __init__(self, audience: Audience) -> None:
        self._audience = audience
        self._is_shown = not audience.shown_chars
        self.letter: Letter | None = None
        self.begin()

    @property
    def has_passed_on(self) -> bool:
        return self._is_shown and self._audience.shown_chars > 0

    def begin(self) -> None:
        self._start, self._body, self._sentences = DocumentStart(), BodyReader(), SentenceReader()

    def hear(self, piece: str) -> None:
        if not self._is_shown or self._body.is_done:
            return
        found = self._sentences.feed(self._body.feed(self._start.feed(piece)))
        if self._body.is_done:
            found += self._sentences.end()
        for sentence in found:
            self._audience.offer(sentence)

    def accepts(self, text: str) -> bool:
        try:
            self.letter = read(text)
        except Garbled:
            return False
        return True
