"""Uploaded files: announced, filled with bytes, completed."""

from dataclasses import dataclass, field

from bot.playground.errors import Refused
from bot.playground.ids import new_id, new_token
from bot.playground.values import Json

_IMAGES = {
    b"\x89PNG\r\n\x1a\n": ("image/png", "png"),
    b"\xff\xd8\xff": ("image/jpeg", "jpg"),
    b"GIF8": ("image/gif", "gif"),
}


@dataclass(slots=True)
class File:
    name: str
    alt_text: str
    length: int
    id: str = field(default_factory=lambda: new_id("F"))
    key: str = field(default_factory=new_token)
    """The unguessable part of the addresses it is written to and read from."""
    title: str = ""
    content: bytes | None = None
    complete: bool = False

    @property
    def mimetype(self) -> str:
        """By its content alone. What is no picture is never shown, only downloaded."""
        for start, (mimetype, _) in _IMAGES.items():
            if self.content is not None and self.content.startswith(start):
                return mimetype
        return "application/octet-stream"

    @property
    def is_image(self) -> bool:
        return self.mimetype.startswith("image/")

    def shown(self, origin: str) -> Json:
        return {
            "id": self.id,
            "name": self.name,
            "title": self.title or self.name,
            "mimetype": self.mimetype if self.complete else "",
            "size": len(self.content or b""),
            "alt_txt": self.alt_text,
            "url_private": f"{origin}{self.path}",
        }

    @property
    def path(self) -> str:
        return f"/files-pri/{self.key}/{self.id}"


class Files:
    def __init__(self) -> None:
        self._files: dict[str, File] = {}

    def announce(self, name: str, length: int, alt_text: str) -> File:
        file = File(name, alt_text, length)
        self._files[file.id] = file
        return file

    def by_key(self, key: str) -> File | None:
        return next((file for file in self._files.values() if file.key == key), None)

    def get(self, file_id: object) -> File:
        file = self._files.get(file_id) if isinstance(file_id, str) else None
        if file is None:
            raise Refused("file_not_found")
        return file

    def complete(self, file_id: object, title: object) -> File:
        file = self.get(file_id)
        if file.content is None:
            raise Refused("file_not_found")
        file.title = str(title or file.name)
        file.complete = True
        return file
