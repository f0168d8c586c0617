"""GPU names: both marketplaces there and back, what people type, what nobody knows."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers import gpus

NAMES = st.sampled_from(gpus.ALL)
SHEET = [
    line.split("\t")
    for line in Path(__file__).with_name("gpu_names.tsv").read_text("utf-8").splitlines()[1:]
]


@pytest.mark.parametrize(("marketplace", "word", "name"), SHEET)
def test_every_name_of_the_sheets_is_known(marketplace: str, word: str, name: str) -> None:
    """Each name that a marketplace was seen to use has its canonical name."""
    assert gpus.canonical(word, marketplace) == (name, True)


@pytest.mark.parametrize(("marketplace", "word", "name"), SHEET)
def test_every_word_of_a_marketplace_is_found_from_the_name(
    marketplace: str, word: str, name: str
) -> None:
    """Ids lead back to themselves; a display name leads to an id of the same model."""
    words = gpus.marketplace_names(name, marketplace)
    displayed = marketplace == "tensordock" and " " in word
    assert words
    assert displayed or word in words


def test_forms_and_generations_stay_apart() -> None:
    """Words that look alike are different models."""
    words = {
        "H100 SXM": "H100 SXM",
        "H100 PCIE": "H100 PCIe",
        "H100 NVL": "H100 NVL",
        "RTX 4090": "RTX 4090",
        "RTX 4090D": "RTX 4090 D",
        "RTX 6000Ada": "RTX 6000 Ada",
        "RTX A6000": "RTX A6000",
        "Q RTX 6000": "Quadro RTX 6000",
        "RTX PRO 6000 WS": "RTX PRO 6000 WS",
        "RTX 4080": "RTX 4080",
        "RTX 4080S": "RTX 4080 Super",
        "Titan X": "Titan X",
        "GTX TITAN X": "GTX Titan X",
    }
    assert {word: gpus.canonical(word, "vastai")[0] for word in words} == words


@given(name=NAMES, data=st.data())
def test_case_spaces_and_vendor_do_not_matter(name: str, data: st.DataObject) -> None:
    """A marketplace's word in another case, with odd spaces or the vendor in front is the same."""
    words = gpus.marketplace_names(name, "vastai")
    if not words:
        return
    word = data.draw(st.sampled_from(words))
    changed = data.draw(
        st.sampled_from(
            [word.lower(), word.upper(), word.replace(" ", "_"), f" {word.replace(' ', '  ')}\n"]
        )
    )
    vendor = data.draw(st.sampled_from(["", "NVIDIA ", "NVIDIA GeForce ", "AMD "]))
    assert gpus.canonical(vendor + changed, "vastai") == (name, True)


@pytest.mark.parametrize(
    ("word", "name", "known", "vram"),
    [
        ("h200-sxm5-141gb", "H200 SXM", True, 141),
        ("h100-nvl-94gb", "H100 NVL", True, 94),
        ("b200-sxm6-180gb", "B200", True, 180),
        ("rtxpro6000-pcie-96gb", "RTX PRO 6000", True, 96),
        ("geforcertx4080super-pcie-16gb", "RTX 4080 Super", True, 16),
        ("geforcertx6090-pcie-48gb", "RTX 6090", False, 48),
        ("x300-sxm7-300gb", "X300 SXM", False, 300),
        ("l40s-sxm9-48gb", "L40S SXM", False, 48),
        ("NVIDIA X300 PCIe 64GB", "X300", False, 64),
        ("quantum", "quantum", False, None),
    ],
)
def test_new_tensordock_ids_are_read_by_their_rule(
    word: str, name: str, known: bool, vram: int | None
) -> None:
    """`<model>-<form>-<vram>gb` says the model and the memory, known or not."""
    assert (gpus.canonical(word, "tensordock"), gpus.vram_in_name(word)) == ((name, known), vram)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("RTX 9090 Ultra", "RTX 9090 Ultra"),
        ("<!channel> *bold*", "<!channel> *bold*"),
        ("a\x00b\u202ec\nd", "a b c d"),
        ("", gpus.UNNAMED),
        ("\u200b", gpus.UNNAMED),
        ("x" * 5000, "x" * 60),
    ],
)
def test_an_unknown_name_is_passed_through(raw: str, shown: str) -> None:
    """What nobody knows is shown as it came, without controls and not at any length."""
    assert gpus.canonical(raw, "vastai") == (shown, False)


@given(st.text())
def test_any_word_of_a_marketplace_gives_a_name(raw: str) -> None:
    """Whatever a marketplace writes, there is a short, visible, stable name for it."""
    for marketplace in ("vastai", "tensordock", "elsewhere"):
        name, _ = gpus.canonical(raw, marketplace)
        assert 0 < len(name) <= 60
        assert name.isprintable()
        assert gpus.comparable(name) == gpus.comparable(gpus.comparable(name))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("4090", ["RTX 4090"]),
        ("rtx4090", ["RTX 4090"]),
        ("geforce rtx 4090", ["RTX 4090"]),
        ("NVIDIA GeForce RTX 4090", ["RTX 4090"]),
        ("4090d", ["RTX 4090 D"]),
        ("4090 d", ["RTX 4090 D"]),
        ("4080", ["RTX 4080"]),
        ("4080s", ["RTX 4080 Super"]),
        ("4070 ti super", ["RTX 4070 Ti Super"]),
        ("4070ti", ["RTX 4070 Ti"]),
        ("5090", ["RTX 5090"]),
        ("h100", ["H100 SXM", "H100 PCIe", "H100 NVL"]),
        ("h100 sxm5", ["H100 SXM"]),
        ("h200", ["H200 SXM", "H200 NVL"]),
        ("a100", ["A100 SXM", "A100 PCIe"]),
        ("a100x", ["A100X"]),
        ("v100", ["V100", "V100 SXM", "V100 PCIe"]),
        ("tesla v100", ["V100", "V100 SXM", "V100 PCIe"]),
        ("l40s", ["L40S"]),
        ("l40", ["L40"]),
        ("l4", ["L4"]),
        ("a10", ["A10"]),
        ("a6000", ["RTX A6000"]),
        ("6000 ada", ["RTX 6000 Ada"]),
        ("quadro rtx 6000", ["Quadro RTX 6000"]),
        ("pro 6000 ws", ["RTX PRO 6000 WS"]),
        (
            "rtx pro 6000",
            ["RTX PRO 6000 WS", "RTX PRO 6000 S", "RTX PRO 6000 Max-Q", "RTX PRO 6000"],
        ),
        ("pro 6000 plain", ["RTX PRO 6000"]),
        ("mi250x", ["Instinct MI250X"]),
        ("t4", ["Tesla T4"]),
        ("geforcertx4090-pcie-24gb", ["RTX 4090"]),
        ("rtx 6000", []),
        ("6000", []),
        ("2x 4090", []),
        ("4090 under", []),
        ("a100 80gb", []),
        ("nvidia", []),
        ("rtx", []),
        ("", []),
        ("🙂", []),
    ],
)
def test_a_person_finds_what_is_meant(text: str, names: list[str]) -> None:
    """All of the text names a model or a family, or nothing is found."""
    assert list(gpus.find(text)) == names


@given(NAMES)
def test_every_name_finds_itself(name: str) -> None:
    """A name is found by its own words; a family's bare word adds the other forms."""
    found = gpus.find(name)
    assert name in found
    assert found == (name,) or name in {"V100", "RTX PRO 6000"}


@given(NAMES)
def test_a_short_text_means_one_model(name: str) -> None:
    """What is printed for a model is read as that model alone, and is no longer than its name."""
    shortest = gpus.short(name)
    assert gpus.find(shortest) == (name,)
    assert len(shortest) <= len(name) + len(" plain")


@given(st.lists(NAMES, unique=True, max_size=12))
def test_a_phrase_is_read_back(names: list[str]) -> None:
    """Any set of models is printed so that its parts give the same set."""
    parts = [part for part in gpus.phrase(names).split("|") if part]
    assert {name for part in parts for name in gpus.find(part)} == set(names)


def test_a_whole_family_is_one_word() -> None:
    """All forms together are said as people say them, in any order and beside others."""
    assert gpus.phrase(("H100 NVL", "RTX 4090", "H100 SXM", "H100 PCIe")) == "h100|4090"
    assert gpus.phrase(("H100 NVL", "H100 SXM")) == "h100 nvl|h100 sxm"


def test_shared_words_are_not_guessed() -> None:
    """A word of several generations finds nothing and suggests each of them."""
    meant = ("RTX 6000 Ada", "RTX A6000", "RTX PRO 6000 WS", "Quadro RTX 6000")
    assert (gpus.find("RTX 6000"), gpus.meanings("RTX 6000")) == ((), meant)
    assert gpus.nearest("rtx6000", 4) == meant
    assert gpus.meanings("4090") == ()


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("4900", "RTX 4090"),
        ("rtx 409", "RTX 4090"),
        ("h10", "H100 SXM"),
        ("l40x", "L40"),
        ("4090 super", "RTX 4080 Super"),
        ("6000 adda", "RTX 6000 Ada"),
    ],
)
def test_the_nearest_model_is_suggested(text: str, first: str) -> None:
    """A slip of the fingers leads to the model that was meant."""
    assert gpus.find(text) == ()
    assert first in gpus.nearest(text)


@given(st.text(max_size=200))
def test_any_text_is_answered(text: str) -> None:
    """Whatever a person types: known names or none, never an exception."""
    assert set(gpus.find(text)) <= set(gpus.ALL)
    assert set(gpus.meanings(text)) <= set(gpus.ALL)
    assert len(gpus.nearest(text, 2)) <= 2


def test_memory_sizes() -> None:
    """Sizes are those on the box; what a driver reports leads to them, or to nothing."""
    assert gpus.vram_gib("A100 SXM") == (40, 80)
    assert gpus.vram_gib("RTX 9090") == ()
    reports = {("RTX 4090", 22.49): 24, ("RTX 4090", 47.99): 48, ("H100 NVL", 93.58): 94}
    reports |= {("A40", 44.99): 48, ("B300", 268.6): 288, ("RTX 2080 Ti", 22.0): 22}
    assert {key: gpus.nominal_gib(*key) for key in reports} == reports
    assert gpus.nominal_gib("RTX 4090", 16.0) is None


def test_raw_names_are_compared_loosely() -> None:
    """Two spellings of an unknown model are one; known names stay exact."""
    assert gpus.comparable("RTX 6090") == gpus.comparable("rtx_6090")
    assert gpus.comparable("RTX 4090") != gpus.comparable("RTX 4090 D")
