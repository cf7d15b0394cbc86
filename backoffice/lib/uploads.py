"""No form of this site asks for a file: what is sent all the same is neither kept nor written anywhere."""

from typing import IO, Any, NoReturn

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler, SkipFile


class NoFiles(FileUploadHandler):
    """Refuse a body that is too large before it is read, as of any other form; skip each file of
    one that isn't. Without it files of any size would be written to the disk."""

    def handle_raw_input(
        self,
        input_data: IO[bytes],
        META: dict[str, Any],  # noqa: N803
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> None:
        if content_length > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise RequestDataTooBig("This form is larger than any that this site has.")

    def new_file(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Nothing is received: every file is skipped."""

    def file_complete(self, file_size: int) -> None:
        """Nothing is complete."""
