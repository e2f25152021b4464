"""The zip that a DOCX comes in, opened within bounds: what it says of itself is checked before anything is unpacked,
and what is unpacked is counted again. Pure."""

import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager

from service.adapters.resume_reader.lines import NotReadable

# Word's own have some twenty, and one for each picture.
ENTRIES_MAX = 1_000
# As the package declares it, pictures included: twenty times what may be uploaded.
UNPACKED_MAX_BYTES = 100_000_000
# Of all parts that are read: Word writes 50 bytes of markup for each of text.
READ_MAX_BYTES = 20_000_000
CHUNK_BYTES = 65_536

_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
_UP_OR_OUT = re.compile(r"(?:^|[/\\])\.\.(?:[/\\]|$)|^[/\\]|^[A-Za-z]:|\\|\0")
# The record that ends a zip (APPNOTE 4.3.16), within the last 64 KiB and 22 bytes: entries at 10.
_END = b"PK\x05\x06"
_END_BYTES = 22


class ZipArchive:
    """An open zip. `read` gives a part in pieces; NotReadable once all of them are too much."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._left = READ_MAX_BYTES
        self.names = tuple(info.filename for info in archive.infolist())

    def read(self, name: str) -> Iterator[bytes]:
        with self._archive.open(name) as part:
            while piece := part.read(CHUNK_BYTES):
                self._left -= len(piece)
                if self._left < 0:
                    raise NotReadable(f"unpacks to more than {READ_MAX_BYTES} bytes of text")
                yield piece


@contextmanager
def open_zip(content: bytes) -> Generator[ZipArchive]:
    """Raises NotReadable for what is no whole, plain, harmless zip."""
    _check_end(content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check(archive.infolist())
            yield ZipArchive(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, struct.error, NotImplementedError, UnicodeDecodeError) as error:
        raise NotReadable(f"is a damaged DOCX ({type(error).__name__})") from error
    except RuntimeError as error:  # zipfile's word for a password
        raise NotReadable("is locked by a password") from error


def _check_end(content: bytes) -> None:
    """How many entries there are, before a list of them is made."""
    at = content.rfind(_END, max(0, len(content) - 65_536 - _END_BYTES))
    if at < 0 or len(content) < at + _END_BYTES:
        raise NotReadable("is a zip without its end")
    (entries,) = struct.unpack_from("<H", content, at + 10)
    if entries > ENTRIES_MAX:
        raise NotReadable(f"holds more than {ENTRIES_MAX} files")


def _check(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > ENTRIES_MAX:
        raise NotReadable(f"holds more than {ENTRIES_MAX} files")
    if sum(entry.file_size for entry in entries) > UNPACKED_MAX_BYTES:
        raise NotReadable(f"unpacks to more than {UNPACKED_MAX_BYTES} bytes")
    if len({entry.filename for entry in entries}) < len(entries):
        raise NotReadable("holds two files of one name")
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.flag_bits & _ENCRYPTED:
            raise NotReadable("is locked by a password")
        if entry.compress_type not in _COMPRESSIONS or stat.S_ISLNK(entry.external_attr >> 16):
            raise NotReadable("holds files of a kind that no DOCX has")
        if _UP_OR_OUT.search(entry.orig_filename):
            raise NotReadable("holds a file whose name leads out of it")
        if entry.header_offset < end:
            raise NotReadable("holds files that overlap")
        end = entry.header_offset + entry.compress_size
