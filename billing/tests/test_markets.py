"""Which market a recipient belongs to, by number, by country and by date."""

from __future__ import annotations

from datetime import date

import pytest

from billing import card_files
from billing.markets import Place, canonical, place_of

MARKETS = card_files.shipped().markets
IN_2022, IN_2026 = date(2022, 11, 10), date(2026, 11, 10)


@pytest.mark.parametrize(
    ("contact", "then", "now"),
    [
        ("+79210000001", "Russia", "Russia"),
        ("+77010000001", "Russia", "Kazakhstan"),
        ("+14155550100", "North America", "North America"),
        ("+12425550100", "Other", "Other"),  # Bahamas: not listed, though it begins with 1
        ("+18765550100", "Rest of Latin America", "Rest of Latin America"),  # Jamaica
        ("+17875550100", "Rest of Latin America", "Rest of Latin America"),  # Puerto Rico
        ("+85251234567", "Rest of Asia Pacific", "Hong Kong"),
        ("+380501234567", "Rest of Central & Eastern Europe", "Ukraine"),
        ("+96550001234", "Rest of Middle East", "Kuwait"),
        ("+263712345678", "Other", "Rest of Africa"),  # Zimbabwe, since October 2025
        ("+3725123456", "Other", "Other"),  # Estonia
        ("+393201234567", "Italy", "Italy"),
    ],
)
def test_the_longest_prefix_of_the_day_decides(contact, then, now):
    place = place_of(contact)
    assert place is not None
    assert MARKETS.on(IN_2022).market_of(place) == then
    assert MARKETS.on(IN_2026).market_of(place) == now


def test_markets_split_on_the_first_day_of_their_card():
    hong_kong = Place("852")
    assert MARKETS.on(date(2026, 6, 30)).market_of(hong_kong) == "Rest of Asia Pacific"
    assert MARKETS.on(date(2026, 7, 1)).market_of(hong_kong) == "Hong Kong"


@pytest.mark.parametrize(
    ("contact", "place"),
    [
        ("RU.13491208655302741918", Place("7", is_estimated=True)),
        ("KZ.1349", Place("77", is_estimated=True)),
        ("US.ENT.1349", Place("1", is_estimated=True)),
        ("BS.1349", Place("1242", is_estimated=True)),
        ("ZZ.1349", None),
        ("RU.", None),
        ("ru.1349", None),
        ("somebody", None),
    ],
)
def test_a_business_scoped_id_gives_an_estimate_by_its_country(contact, place):
    assert place_of(contact) == place


@pytest.mark.parametrize(
    ("name", "market"),
    [
        ("RU", "Russia"),
        ("kz", "Kazakhstan"),
        ("Germany", "Germany"),
        ("turkey", "Turkey"),
        ("Rest of Africa", "Rest of Africa"),
        ("North America", "North America"),
        ("JM", "Rest of Latin America"),
        ("Other", "Other"),
    ],
)
def test_a_market_may_be_named_by_code_country_or_market(name, market):
    place = MARKETS.named(name)
    assert place is not None
    assert MARKETS.on(IN_2026).market_of(place) == market


def test_a_name_nobody_has_is_no_market():
    assert MARKETS.named("Atlantis") is None


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("+7 (921) 000-00-01", "+79210000001"),
        ("79210000001", "+79210000001"),
        (" RU.1349 ", "RU.1349"),
        ("US.13491208655302741918", "US.13491208655302741918"),
    ],
)
def test_a_person_is_written_in_one_way(written, kept):
    assert canonical(written) == kept
