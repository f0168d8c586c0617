"""Ways into a machine, and public keys by name. What a marketplace calls an address is put into a
command line only when it is one."""

import base64
import binascii
import hashlib
import re

from bot.rules.sessions import Session
from providers.instances import SshEndpoint

_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|[0-9a-fA-F:]{2,45}")
"""A name, an IPv4 or an IPv6 address; nothing that a shell or `ssh` reads as anything else."""
_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}")
_KEY_TYPE = re.compile(r"[a-z0-9@.-]{1,60}")


def endpoint(session: Session) -> SshEndpoint | None:
    """The best way in that can be written safely."""
    instance = None if session.rental is None else session.rental.instance
    ways = () if instance is None else instance.ssh
    return next((way for way in ways if _is_safe(way)), None)


def command(way: SshEndpoint) -> str:
    return f"ssh -p {way.port} {way.user}@{way.host}"


def config(session: Session, way: SshEndpoint) -> str:
    """For `~/.ssh/config`."""
    return "\n".join(
        [
            f"Host {alias(session)}",
            f"  HostName {way.host}",
            f"  Port {way.port}",
            f"  User {way.user}",
        ]
    )


def alias(session: Session) -> str:
    return f"shopper-{session.id.rpartition('-')[2]}"


def key_name(public_key: str) -> str:
    """`ssh-ed25519 …Kx3a`, enough to tell keys apart."""
    kind, _, rest = public_key.strip().partition(" ")
    body = rest.split(" ")[0]
    if not _KEY_TYPE.fullmatch(kind) or not body:
        return "a key that cannot be read"
    return f"{kind} …{re.sub(r'[^A-Za-z0-9+/=]', '', body)[-6:]}"


def fingerprint(public_key: str) -> str:
    """As `ssh-keygen -l` writes it; empty for what is no key."""
    fields = public_key.split()
    try:
        raw = base64.b64decode(fields[1], validate=True) if len(fields) > 1 else b""
    except binascii.Error:
        return ""
    if not raw:
        return ""
    digest = base64.b64encode(hashlib.sha256(raw).digest()).decode().rstrip("=")
    return f"SHA256:{digest}"


def _is_safe(way: SshEndpoint) -> bool:
    return bool(_HOST.fullmatch(way.host) and _USER.fullmatch(way.user) and 0 < way.port < 65_536)
