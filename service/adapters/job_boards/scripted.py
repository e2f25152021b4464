"""Boards that answer from a script: for tests, without a network."""

from collections.abc import Mapping

import anyio

from service.adapters.job_boards import BoardFailed, Question, UnknownToBoard


class ScriptedJobBoards:
    """Answers by target; a value that is an error is raised, and what is not scripted is unknown to the board.

    `asked` are the questions, in order. `delay_seconds` passes before each answer.
    """

    def __init__(self, answers: Mapping[str, bytes | BoardFailed] | None = None, *, delay_seconds: float = 0.0) -> None:
        self.answers = dict(answers or {})
        self.delay_seconds = delay_seconds
        self.asked: list[Question] = []

    async def ask(self, question: Question) -> bytes:
        self.asked.append(question)
        await anyio.sleep(self.delay_seconds)
        answer = self.answers.get(question.target)
        if isinstance(answer, BoardFailed):
            raise answer
        if answer is None:
            raise UnknownToBoard(f"Nothing is scripted for {question.target}.")
        return answer
