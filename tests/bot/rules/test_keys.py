"""Which public keys are taken, and that private ones never are."""

import base64
import re
import shlex
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rules import keys
from bot.rules.keys import (
    KeyRefused,
    fingerprint,
    github_user,
    holds_private_key,
    public_key,
)
from tests.bot.rules.public_keys import (
    ECDSA_256,
    ECDSA_384,
    ECDSA_521,
    ED25519,
    FINGERPRINTS,
    RSA_1024,
    RSA_3072,
)


def field(content: bytes) -> bytes:
    return len(content).to_bytes(4, "big") + content


def made(kind: str, *fields: bytes, inside: str | None = None, tail: bytes = b"") -> str:
    blob = b"".join(map(field, [(inside or kind).encode(), *fields])) + tail
    return f"{kind} {base64.b64encode(blob).decode()}"


def mpint(number: int) -> bytes:
    return number.to_bytes(number.bit_length() // 8 + 1, "big")


SK_ED25519 = made("sk-ssh-ed25519@openssh.com", bytes(range(32)), b"ssh:")
SK_ECDSA = made(
    "sk-ecdsa-sha2-nistp256@openssh.com", b"nistp256", b"\x04" + bytes(64), b"ssh:work"
)
RSA_2048 = made("ssh-rsa", mpint(65537), mpint((1 << 2047) | 1))
GOOD = [ED25519, ECDSA_256, ECDSA_384, ECDSA_521, RSA_3072, RSA_2048, SK_ED25519, SK_ECDSA]
DER = b"\x30\x82\x02\x5c\x02\x01\x00\x02\x81\x81" + bytes(range(100))
PKCS8 = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20" + bytes(range(32))
ENCRYPTED = b"\x30\x82\x02\xdd\x30\x57\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0d" + bytes(90)
BODY = base64.b64encode(DER).decode()
OPENSSH = base64.b64encode(b"openssh-key-v1\x00" + bytes(80)).decode()


def pem(kind: str, body: str, end: str = "\n") -> str:
    return end.join([f"-----BEGIN {kind}-----", body[:64], body[64:], f"-----END {kind}-----"])


@pytest.mark.parametrize("key", GOOD, ids=lambda key: key.split()[0])
def test_a_good_key_comes_back_without_its_comment(key):
    """Type and base64 stay as they are; comment, spaces and line ends go."""
    assert public_key(f"  {key} anna@laptop $(reboot) 'x'\r\n") == key
    assert public_key(key.replace(" ", "\t")) == key


@pytest.mark.parametrize(("key", "shown"), FINGERPRINTS.items())
def test_the_fingerprint_is_that_of_ssh_keygen(key, shown):
    """As `ssh-keygen -l` prints it."""
    assert fingerprint(key) == shown


@pytest.mark.parametrize(
    ("text", "said"),
    {
        "": "There is no key",
        " \n ": "There is no key",
        "hello": "That is no public SSH key",
        "ssh-ed448 AAAA": "That is no public SSH key",
        "ssh-ed25519": "The key is damaged",
        "ssh-ed25519 AAAA": "The key is cut short",
        "ssh-ed25519 AAÄA": "The key is damaged or cut short",
        "ssh-ed25519 AA!A": "The key is damaged or cut short",
        ED25519[:-3]: "The key is damaged or cut short",
        ED25519[:-4]: "The key is cut short",
        RSA_3072[:200] + " " + RSA_3072[200:]: "The key is cut short",
        made("ssh-ed25519", bytes(31)): "The key is damaged",
        made("ssh-ed25519", bytes(32), b""): "The key is damaged",
        made("ssh-ed25519", bytes(32), tail=b"\0"): "The key is cut short",
        made("ssh-ed25519", bytes(32), inside="ssh-rsa"): "The key is damaged, its two parts",
        made("ecdsa-sha2-nistp256", b"nistp384", b"\x04" + bytes(64)): "The key is damaged",
        made("ecdsa-sha2-nistp256", b"nistp256", b"\x04" + bytes(63)): "The key is damaged",
        made("ecdsa-sha2-nistp256", b"nistp256", b"\x03" + bytes(64)): "The key is damaged",
        made("ecdsa-sha2-nistp256", b"nistp256"): "The key is damaged",
        made("ecdsa-sha2-nistp256", b"nistp256", b""): "The key is damaged",
        made("sk-ssh-ed25519@openssh.com", bytes(32)): "The key is damaged",
        made("sk-ssh-ed25519@openssh.com", bytes(32), b"web:"): "The key is damaged",
        made("sk-ssh-ed25519@openssh.com"): "The key is damaged",
        RSA_1024: "RSA keys need at least 2048 bits",
        made("ssh-rsa", mpint(65537), mpint((1 << 2046) | 1)): "RSA keys need at least 2048",
        made("ssh-rsa", mpint(65537), mpint(1 << 2047)): "The key is damaged",
        made("ssh-rsa", mpint(65537), mpint((1 << 16384) | 1)): "The key is damaged",
        made("ssh-rsa", mpint(1), mpint((1 << 2047) | 1)): "The key is damaged",
        made("ssh-rsa", mpint(4), mpint((1 << 2047) | 1)): "The key is damaged",
        made("ssh-rsa", mpint(65537), b"\0" + mpint((1 << 2047) | 1)): "The key is damaged",
        made("ssh-rsa", mpint(65537), mpint((1 << 2047) | 1)[1:]): "The key is damaged",
        made("ssh-rsa", b"", mpint((1 << 2047) | 1)): "The key is damaged",
        made("ssh-rsa", mpint(65537)): "The key is damaged",
        "ssh-dss AAAAB3NzaC1kc3MAAACB": "DSA keys are too weak",
        made("ssh-ed25519-cert-v01@openssh.com", bytes(32)): "That is a certificate",
        f'command="id",no-pty {RSA_3072}': "Something stands before the key",
        f"my key: {ED25519}": "Something stands before the key",
        f"{ED25519} a\n{RSA_3072} b": "Those are several keys",
        f"{ED25519}\n{ED25519}": "Those are several keys",
        "---- BEGIN SSH2 PUBLIC KEY ----\nAAAA": "That is a key in the format of RFC 4716",
        "-----BEGIN PUBLIC KEY-----\nMIIB": "That is a key in PEM format",
        "-----BEGIN RSA PUBLIC KEY-----\nMIIB": "That is a key in PEM format",
        f"{ED25519} {'x' * 20_000}": "That is too long for a public key",
    }.items(),
)  # fmt: skip
def test_what_is_no_good_public_key_is_refused_by_name(text, said):
    """Each way to be wrong has its sentence with a next step, and none quotes the text."""
    with pytest.raises(KeyRefused) as caught:
        public_key(text)
    sentence = caught.value.sentence
    assert sentence.startswith(said)
    assert sentence.endswith((".", "`."))
    assert not any(word in sentence for word in text.split() if len(word) > 12)


def test_pem_keys_are_told_the_command_that_reads_them():
    """PKCS #1 and PKCS #8 need different words."""
    for text, form in (("BEGIN RSA PUBLIC KEY", "PEM"), ("BEGIN PUBLIC KEY", "PKCS8")):
        with pytest.raises(KeyRefused, match=f"-m {form} -f"):
            public_key(f"-----{text}-----")


PRIVATE = {
    "openssh": pem("OPENSSH PRIVATE KEY", OPENSSH),
    "openssh on one line": pem("OPENSSH PRIVATE KEY", OPENSSH, " "),
    "openssh body alone": OPENSSH,
    "rsa": pem("RSA PRIVATE KEY", BODY),
    "ec": pem("EC PRIVATE KEY", BODY),
    "dsa": pem("DSA PRIVATE KEY", BODY),
    "encrypted": pem("ENCRYPTED PRIVATE KEY", BODY),
    "header alone": "-----BEGIN RSA PRIVATE KEY-----",
    "long dashes": "—–BEGIN RSA PRIVATE KEY—–",
    "lower case": "-----begin private key-----",
    "end alone": "xyz==\n-----END PRIVATE KEY-----",
    "unknown kind": "-----BEGIN FROBNICATED PRIVATE KEY-----",
    "pgp": "-----BEGIN PGP PRIVATE KEY BLOCK-----",
    "ssh2": "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----",
    "putty": "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none",
    "putty part": "Private-Lines: 1\nAAAA",
    "pkcs1 body alone": BODY,
    "pkcs1 body over lines": "\n".join(BODY[n : n + 20] for n in range(0, len(BODY), 20)),
    "pkcs1 body behind a word": f"key:x{BODY}",
    "pkcs8 body alone": base64.b64encode(PKCS8).decode(),
    "encrypted pkcs8 body": base64.b64encode(ENCRYPTED).decode(),
    "invisible marks": "-----BEGIN\u200b RSA PRI\u00adVATE KEY-----",
    "jwk": '{"kty": "OKP", "crv": "Ed25519", "d": "nWGxne"}',
    "age": "AGE-SECRET-KEY-1QQQQ",
}


@pytest.mark.parametrize("text", PRIVATE.values(), ids=PRIVATE.keys())
@pytest.mark.parametrize(
    "around", ["{}", "here it is: {} thanks", ED25519 + " {}", "{}\n" + ED25519]
)
def test_a_private_key_is_recognised_in_any_form(text, around):
    """Also between other text and beside a public key: one sentence, and nothing of the text."""
    pasted = around.replace("{}", text)
    assert holds_private_key(pasted)
    with pytest.raises(KeyRefused) as caught:
        public_key(pasted)
    assert caught.value.sentence == keys.PRIVATE
    assert keys.PRIVATE.startswith("That is a private key. It was not stored.")


@pytest.mark.parametrize(
    "text", ["in the end I lost my private key", "PRIVATE KEY", "begin: a private key", *GOOD]
)
def test_talk_about_keys_and_public_keys_are_not_private(text):
    """A note may speak of a private key."""
    assert not holds_private_key(text)


@given(st.binary(min_size=0, max_size=600))
@settings(max_examples=200, deadline=None)
def test_random_bytes_in_a_public_key_are_not_taken_for_a_private_one(content):
    """An RSA number may hold anything."""
    number = int.from_bytes(content + bytes(300), "big") | 1 | (1 << 8 * 310)
    key = made("ssh-rsa", mpint(65537), mpint(number))
    assert public_key(key) == key


TYPES = st.sampled_from([*keys._READERS, "ssh-dss", "ssh-ed25519-cert-v01@openssh.com", "x"])
PIECES = st.one_of(
    TYPES,
    st.sampled_from([*GOOD, *PRIVATE.values(), 'command="x"', "AAAA", "-----BEGIN", "\n", "\0"]),
    st.binary(max_size=80).map(lambda content: base64.b64encode(content).decode()),
    st.lists(st.binary(max_size=70), max_size=4).map(lambda fields: made("ssh-rsa", *fields)),
    st.text(max_size=20),
)
CUT = st.tuples(st.sampled_from(GOOD), st.integers(0, 300), st.text(max_size=3)).map(
    lambda parts: parts[0][: parts[1]] + parts[2] + parts[0][parts[1] + 1 :]
)
ANY_TEXT = st.one_of(st.text(), CUT, st.lists(PIECES, max_size=5).map(" ".join))


@given(ANY_TEXT)
@settings(max_examples=400, deadline=None)
def test_any_text_is_a_key_or_refused(text):
    """Never another exception; a key has type and base64 alone and is its own key."""
    try:
        key = public_key(text)
    except KeyRefused:
        return
    assert re.fullmatch(r"[a-z0-9@.-]+ [A-Za-z0-9+/=]+", key)
    assert public_key(key) == key
    assert fingerprint(key).startswith("SHA256:")


@pytest.mark.parametrize("key", GOOD, ids=lambda key: key.split()[0])
def test_a_key_passes_through_a_shell_unharmed(key):
    """In single quotes, as an image's start script echoes it."""
    taken = public_key(f"{key} '; touch /tmp/x; '")
    echoed = subprocess.run(
        ["/bin/sh", "-c", f"echo '{taken}'"], capture_output=True, text=True, check=True
    )
    assert echoed.stdout == taken + "\n"
    assert shlex.split(taken) == taken.split(" ")


@pytest.mark.parametrize(
    ("text", "user"),
    {
        "github.com/octocat.keys": "octocat",
        "https://github.com/octocat": "octocat",
        "https://github.com/octo-cat.keys": "octo-cat",
        "http://www.github.com/octocat/": "octocat",
        " github:Octocat \n": "Octocat",
        "github: octocat": "octocat",
        "github.com/octocat_corp": "octocat_corp",
        "github:" + "a" * 39: "a" * 39,
        "github:" + "a" * 40: None,
        "octocat": None,
        "github.com/": None,
        "github.com/octocat/repo": None,
        "github.com/../x": None,
        "github.com/-x": None,
        "github.com/octocat?x=1": None,
        "github.com.evil.org/octocat": None,
        "https://evil.org/github.com/octocat": None,
        "github:octo\ncat": None,
        "github:ócto": None,
        ED25519: None,
        "": None,
    }.items(),
)  # fmt: skip
def test_a_github_reference_is_read_whole_or_not_at_all(text, user):
    """Nothing but a user name that GitHub could have comes out."""
    assert github_user(text) == user
