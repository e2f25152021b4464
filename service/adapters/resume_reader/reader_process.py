"""A reader process: reads files until its standard input ends.

Run as `python -m service.adapters.resume_reader.reader_process`.
"""

import logging

import msgspec

from service.adapters.resume_reader import Answer, Recognised, Refused, Request
from service.adapters.resume_reader.file_kinds import read_file
from service.adapters.resume_reader.lines import NotReadable
from service.adapters.resume_reader.recognition.document import recognised
from service.kernel.reader_processes.serving import answer_requests

# The libraries take 0.2 GB of address space before the first file; the largest content a PDF may unpack to, parsed
# into objects, takes as much again.
MEMORY_MAX_BYTES = 600_000_000
# Beyond the owner's limit of 4 s, so that it goes off only where no owner is left.
ALARM_SECONDS = 6.0
# The vocabulary's tables and patterns take half a second, which is no part of a file's time.
WARM_UP = Request(
    b"Jane Roe\n030 1234567\nExperience\nEngineer, Acme, 2019 - 2020\nEducation\nBSc, MIT\nSkills\nGo", ""
)


def main() -> None:
    # Libraries' warnings quote the file, which must not reach a log.
    logging.disable(logging.CRITICAL)
    answer(WARM_UP)
    answer_requests(
        answer, msgspec.msgpack.Decoder(Request), alarm_seconds=ALARM_SECONDS, memory_max_bytes=MEMORY_MAX_BYTES
    )


def answer(request: Request) -> Answer:
    try:
        return Recognised(recognised(read_file(request.content, request.file_name)))
    except NotReadable as refusal:
        return Refused(str(refusal))


if __name__ == "__main__":
    main()
