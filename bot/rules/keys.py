"""SSH public keys: which are taken, and why one is not. Private keys are recognised and refused.

The format is read here and not by `cryptography`: that takes other bytes than these for a key
(signs in the base64, padded or even RSA numbers), and the key goes through foreign shells as text.
Formats: RFC 4253 6.6 (RSA), 5656 3.1 (ECDSA), 8709 4 (Ed25519), OpenSSH's PROTOCOL.u2f (sk-).
"""

import base64
import hashlib
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence

LONGEST = 20_000
"""Characters of a text that is looked at as a public key; 16,384 bits of RSA are 2,800."""
LEAST_RSA_BITS = 2048
MOST_RSA_BITS = 16_384
"""What OpenSSH takes."""
_CERTIFICATE = re.compile(r"[a-z0-9@.-]+-cert-v\d\d@openssh\.com")
_TYPE = re.compile(r"(?:sk-)?(?:ssh|ecdsa)-[a-z0-9@.-]+")
_GITHUB = re.compile(
    r"(?:github:\s*|(?:https?://)?(?:www\.)?github\.com/)"
    r"(?P<user>[a-z0-9](?:[a-z0-9_-]{0,37}[a-z0-9_])?)(?:\.keys)?/?",
    re.IGNORECASE,
)

PRIVATE = (
    "That is a private key. It was not stored. Make a new one with `ssh-keygen -t ed25519`, since"
    " this one was sent through Slack, and give me what stands in the file that ends in `.pub`."
)
_HOW = "paste the one line of your `.pub` file, such as `~/.ssh/id_ed25519.pub`."


class KeyRefused(Exception):
    """`sentence` has the next step and nothing of the text."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def public_key(text: str) -> str:
    """Type and base64 without the comment. Raises `KeyRefused` and nothing else."""
    if holds_private_key(text):
        raise KeyRefused(PRIVATE)
    if len(text) > LONGEST:
        raise KeyRefused(f"That is too long for a public key: {_HOW}")
    words = text.split()
    _refuse_other_forms(text, words)
    kind, blob = words[0], _decoded(words[1] if len(words) > 1 else "")
    fields = _fields(blob)
    if not fields or fields[0] != kind.encode():
        raise KeyRefused(f"The key is damaged, its two parts do not belong together: {_HOW}")
    _READERS[kind](fields[1:])
    return f"{kind} {base64.b64encode(blob).decode()}"


def fingerprint(key: str) -> str:
    """As `ssh-keygen -l` shows it, of what `public_key` returned."""
    digest = hashlib.sha256(base64.b64decode(key.split()[1])).digest()
    return f"SHA256:{base64.b64encode(digest).decode().rstrip('=')}"


def github_user(text: str) -> str | None:
    """`github.com/<user>.keys`, `https://github.com/<user>`, `github:<user>`; else None."""
    found = _GITHUB.fullmatch(text.strip()[:200])
    return None if found is None else found["user"]


# What is no public key of one line.


def _refuse_other_forms(text: str, words: Sequence[str]) -> None:
    if not words:
        raise KeyRefused(f"There is no key: {_HOW}")
    if re.search(r"BEGIN\s+SSH2\s", text):
        raise KeyRefused(
            "That is a key in the format of RFC 4716: convert it with `ssh-keygen -i -f <file>`"
            " and paste the one line that it prints."
        )
    if pem := re.search(r"BEGIN\s+(RSA\s+)?PUBLIC\s+KEY", text):
        form = "PEM" if pem[1] else "PKCS8"
        raise KeyRefused(
            f"That is a key in PEM format: convert it with `ssh-keygen -i -m {form} -f <file>`"
            " and paste the one line that it prints."
        )
    begins = [n for n in range(len(words)) if _begins_key(words, n)]
    if len(begins) > 1:
        raise KeyRefused("Those are several keys: paste one.")
    if begins and begins[0] > 0:
        raise KeyRefused("Something stands before the key: paste it alone, without options.")
    _refuse_kind(words[0])


def _begins_key(words: Sequence[str], place: int) -> bool:
    following = words[place + 1] if place + 1 < len(words) else ""
    return bool(_TYPE.fullmatch(words[place])) and following.startswith("AAAA")


def _refuse_kind(kind: str) -> None:
    if _CERTIFICATE.fullmatch(kind):
        raise KeyRefused(f"That is a certificate, not a key: {_HOW}")
    if kind == "ssh-dss":
        raise KeyRefused(
            "DSA keys are too weak, and servers refuse them: make a new one with"
            " `ssh-keygen -t ed25519`."
        )
    if kind not in _READERS:
        raise KeyRefused(f"That is no public SSH key: {_HOW}")


# What stands inside.


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:  # binascii.Error is one, letters beyond ASCII another
        raise KeyRefused(f"The key is damaged or cut short: {_HOW}") from None


def _fields(blob: bytes) -> list[bytes]:
    """Strings with their lengths before them, to the last byte."""
    found, place = [], 0
    while place < len(blob):
        end = place + 4 + int.from_bytes(blob[place : place + 4], "big")
        if end > len(blob) or place + 4 > len(blob):
            raise KeyRefused(f"The key is cut short or broken over lines: {_HOW}")
        found.append(blob[place + 4 : end])
        place = end
    return found


def _check(*, holds: bool) -> None:
    if not holds:
        raise KeyRefused(f"The key is damaged: {_HOW}")


def _ed25519(fields: Sequence[bytes]) -> None:
    _check(holds=[len(each) for each in fields] == [32])


def _ecdsa(curve: bytes, bytes_each: int) -> Callable[[Sequence[bytes]], None]:
    def read(fields: Sequence[bytes]) -> None:
        _check(holds=len(fields) == 2 and fields[0] == curve)
        # An uncompressed point; OpenSSH takes no other.
        _check(holds=len(fields[1]) == 1 + 2 * bytes_each and fields[1][0] == 4)

    return read


def _with_application(
    read: Callable[[Sequence[bytes]], None],
) -> Callable[[Sequence[bytes]], None]:
    """Keys of a security token."""

    def read_both(fields: Sequence[bytes]) -> None:
        _check(holds=bool(fields) and fields[-1].startswith(b"ssh:"))
        read(fields[:-1])

    return read_both


def _rsa(fields: Sequence[bytes]) -> None:
    _check(holds=len(fields) == 2)
    exponent, modulus = map(_positive, fields)
    if modulus.bit_length() < LEAST_RSA_BITS:
        raise KeyRefused(
            f"RSA keys need at least {LEAST_RSA_BITS} bits: make a new one with"
            " `ssh-keygen -t ed25519`."
        )
    _check(holds=modulus.bit_length() <= MOST_RSA_BITS and modulus % 2 == 1)
    _check(holds=3 <= exponent < modulus and exponent % 2 == 1)


def _positive(field: bytes) -> int:
    """An `mpint` above zero, without a zero byte too many."""
    _check(holds=bool(field) and field[0] < 0x80)
    _check(holds=field[0] != 0 or (len(field) > 1 and field[1] >= 0x80))
    return int.from_bytes(field, "big")


_READERS: Mapping[str, Callable[[Sequence[bytes]], None]] = {
    "ssh-ed25519": _ed25519,
    "ecdsa-sha2-nistp256": _ecdsa(b"nistp256", 32),
    "ecdsa-sha2-nistp384": _ecdsa(b"nistp384", 48),
    "ecdsa-sha2-nistp521": _ecdsa(b"nistp521", 66),
    "sk-ssh-ed25519@openssh.com": _with_application(_ed25519),
    "sk-ecdsa-sha2-nistp256@openssh.com": _with_application(_ecdsa(b"nistp256", 32)),
    "ssh-rsa": _rsa,
}
"""Type → what follows it inside, checked."""


# Private keys, in whatever form they are pasted.

_DASH = "[-\u2010-\u2015\u2212]"
"""Phones make long ones of two."""
_HEADERS = re.compile(
    # In a text without spaces, see `_dense`.
    rf"{_DASH}(?:BEGIN|END)(?:RSA|DSA|EC|OPENSSH|ENCRYPTED|SSH2|PGP|ANY)*PRIVATEKEY"
    rf"|PRIVATEKEY(?:BLOCK)?{_DASH}{{2}}"
    r"|PuTTY-User-Key-File|Private-Lines:|Private-MAC:|AGE-SECRET-KEY-"
    r"|\"kty\":.{0,9000}\"d\":|\"d\":.{0,9000}\"kty\":"
    r"|b3BlbnNzaC1rZXktdjE",  # `openssh-key-v1`
    re.IGNORECASE,
)
_BASE64_RUN = re.compile(r"[A-Za-z0-9+/]{40,}")
_SEQUENCE = re.compile(rb"\x30(?:[\x00-\x7f]|\x81.|\x82..|\x83...)", re.DOTALL)
_VERSION = re.compile(rb"\x02\x01[\x00-\x03]")
"""PKCS #1, PKCS #8, SEC 1 and DSA begin with a small number; public keys with a large one."""
_ENCRYPTED = (b"\x2a\x86\x48\x86\xf7\x0d\x01\x05", b"\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01")
"""PKCS #5 and PKCS #12: how an encrypted PKCS #8 key names its cipher."""


def holds_private_key(text: str) -> bool:
    """Also in the middle of other text, over lines, and without its header."""
    dense = _dense(text)
    return bool(_HEADERS.search(dense)) or any(
        _is_der_private(run[0]) for run in _BASE64_RUN.finditer(dense)
    )


def _dense(text: str) -> str:
    """Without what a copy puts between: spaces, line ends, invisible marks."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(c for c in plain if not c.isspace() and unicodedata.category(c)[0] != "C")


def _is_der_private(run: str) -> bool:
    """A word before the base64 shifts it: each place where `M` may begin a sequence is tried."""
    for found in re.finditer("M[A-P]", run):  # 0x30 and the length's first bits
        piece = run[found.start() : found.start() + 64]
        der = base64.b64decode(piece[: len(piece) // 4 * 4])
        head = _SEQUENCE.match(der)
        inside = b"" if head is None else der[head.end() :]
        encrypted = inside.startswith(b"\x30") and any(each in inside[:16] for each in _ENCRYPTED)
        if encrypted or _VERSION.match(inside):
            return True
    return False
