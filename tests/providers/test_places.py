"""Places: marketplaces' forms, what people type, and printing it for them again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers import places
from providers.models import Location

ANYTHING = st.one_of(
    st.none(),
    st.text(),
    st.integers(),
    st.floats(),
    st.lists(st.text()),
    st.dictionaries(st.text(), st.text()),
)


@pytest.mark.parametrize(
    ("text", "country", "label"),
    [
        (", CN", "CN", "CN"),
        ("Washington, US", "US", "Washington, US"),
        ("Georgia, US", "US", "Georgia, US"),
        ("Georgia", "GE", "Georgia, GE"),
        (None, None, "not stated"),
        ("", None, "not stated"),
        (" , ", None, "not stated"),
        ("Norway", "NO", "Norway, NO"),
        ("Norway, NO", "NO", "Norway, NO"),
        ("United States", "US", "United States, US"),
        ("California, United States", "US", "California, US"),
        ("South Korea, KR", "KR", "South Korea, KR"),
        ("The Netherlands, NL", "NL", "The Netherlands, NL"),
        ("Türkiye, TR", "TR", "Türkiye, TR"),
        ("Seychelles, SC", "SC", "Seychelles, SC"),
        ("Tanzania, TZ", "TZ", "Tanzania, TZ"),
        ("St.-Petersburg, RU\n", "RU", "St.-Petersburg, RU"),
        ("Côte d'Ivoire", "CI", "Côte d'Ivoire, CI"),
        (", XX", None, "XX"),
        ("Atlantis", None, "Atlantis"),
        ("London, UK", "GB", "London, GB"),
        ("a\x00b\u202e, DE", "DE", "a b, DE"),
        ("x" * 5000 + ", US", "US", "x" * 40 + ", US"),
        (7, None, "not stated"),
        (["US"], None, "not stated"),
    ],
)
def test_vast_forms(text: object, country: str | None, label: str) -> None:
    """Every form that Vast.ai was seen to write becomes a code and a label."""
    assert places.locate(text) == Location(country, label)


@pytest.mark.parametrize(
    ("city", "state", "country", "location"),
    [
        ("Chubbuck", "Idaho", "United States", Location("US", "Chubbuck, Idaho, US")),
        ("Texas", "Texas", "United States", Location("US", "Texas, US")),
        ("Ottawa", "Ontario", "Canada", Location("CA", "Ottawa, Ontario, CA")),
        (None, None, "Germany", Location("DE", "Germany, DE")),
        ("Tbilisi", "Georgia", None, Location(None, "Tbilisi, Georgia")),
        ("Here", None, "Nowhere", Location(None, "Here, Nowhere")),
        (3, {}, None, Location(None, "not stated")),
    ],
)
def test_tensordock_forms(
    city: object, state: object, country: object, location: Location
) -> None:
    """City, state and an English country name, each of which may be missing or repeated."""
    assert places.locate(country, city=city, state=state) == location


@given(ANYTHING, ANYTHING, ANYTHING)
def test_any_place_has_a_label(text: object, city: object, state: object) -> None:
    """Whatever a marketplace writes, the label is visible, short and never empty."""
    location = places.locate(text, city=city, state=state)
    assert 0 < len(location.label) <= 60
    assert location.label.isprintable()
    assert location.country is None or places.country_codes(location.country)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("us", ["US"]),
        ("USA", ["US"]),
        ("U.S.A.", ["US"]),
        ("america", ["US"]),
        ("uk", ["GB"]),
        ("england", ["GB"]),
        ("germany", ["DE"]),
        ("deu", ["DE"]),
        ("the netherlands", ["NL"]),
        ("holland", ["NL"]),
        ("czech republic", ["CZ"]),
        ("turkey", ["TR"]),
        ("south korea", ["KR"]),
        ("viet nam", ["VN"]),
        ("north america", ["CA", "MX", "US"]),
        ("nordics", ["DK", "FI", "IS", "NO", "SE"]),
        ("na", ["NA"]),
        ("california", []),
        ("atlantis", []),
        ("", []),
    ],
)
def test_what_people_type(text: str, codes: list[str]) -> None:
    """Codes, names, other names and regions are understood; the rest is not guessed."""
    assert list(places.country_codes(text)) == codes


def test_regions_hold_what_their_names_say() -> None:
    """The European Union has 27 members, all in Europe; nobody lives in Europe and Asia."""
    eu, europe = set(places.country_codes("eu")), set(places.country_codes("europe"))
    asia = set(places.country_codes("asia"))
    assert len(eu) == 27
    assert eu < europe
    assert not europe & asia
    assert {"GB", "NO", "CH", "UA"} <= europe - eu
    assert {"CN", "JP", "IN", "SG", "TR"} <= asia


def test_each_country_is_found_by_its_code_and_name() -> None:
    """249 countries of ISO 3166 and Kosovo, each by alpha-2, alpha-3 and name."""
    assert len(places._COUNTRIES) == 250
    for code, words in places._COUNTRIES.items():
        for word in (code, code.lower(), *words):
            assert places.country_codes(word) == (code,), word


def test_no_word_means_two_places() -> None:
    """Names, codes and regions do not hide one another."""
    words = [
        (places._key(word), code)
        for code, names in places._COUNTRIES.items()
        for word in {places._key(name) for name in (code, *names)}
    ]
    regions = [w for region in places._TABLE["regions"] for w in region["words"]]
    keys = [key for key, _ in words] + [places._key(word) for word in regions]
    assert len(keys) == len(set(keys))


@given(st.lists(st.sampled_from(sorted(places._COUNTRIES)), unique=True, max_size=60))
def test_a_phrase_is_read_back(codes: list[str]) -> None:
    """Any set of countries is printed so that its parts give the same set."""
    parts = [part for part in places.countries_phrase(codes).split(",") if part]
    assert {code for part in parts for code in places.country_codes(part)} == set(codes)


def test_regions_are_said_as_one_word() -> None:
    """A whole region is printed by its name, the rest by codes that are no English words."""
    eu = places.country_codes("eu")
    assert places.countries_phrase([*eu, "US"]) == "eu,us"
    assert places.countries_phrase(places.country_codes("europe")) == "europe"
    assert places.countries_phrase(["US", "IN", "NO"]) == "us,india,norway"


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("germny", "de"),
        ("california", "us"),
        ("ontario", "ca"),
        ("nordic contries", "nordics"),
        ("zzzz", None),
        ("", None),
    ],
)
def test_the_nearest_place(text: str, nearest: str | None) -> None:
    """A slip of the fingers, or a part of a country, leads to something that is understood."""
    assert places.nearest_place(text) == nearest


@given(st.text())
def test_any_text_is_answered(text: str) -> None:
    """Whatever a person types: codes or none, and a suggestion that is understood."""
    places.country_codes(text)
    suggestion = places.nearest_place(text)
    assert suggestion is None or places.country_codes(suggestion)


def test_country_names() -> None:
    """A code has a usual English name; a code of nobody stays as it is."""
    assert (places.country_name("KR"), places.country_name("ZZ")) == ("South Korea", "ZZ")
