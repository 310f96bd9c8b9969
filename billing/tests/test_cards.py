"""Rate cards: the shipped ones, what is read from odd files, and what is refused with its cell."""

from __future__ import annotations

import tomllib
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from billing import card_files
from billing.card_files import CardRefused, read_long, read_wide, with_tiers
from billing.cards import CardsClash, RateCard, RateCards
from billing.tests.stories import Story, entries, said

HEADER = "model,effective_from,currency,market,country_codes,category,tier_from,tier_to,rate\n"
ROW = "pmp,2026-10-01,USD,Russia,7,utility,0,,0.0400\n"
CARDS = card_files.shipped()


def long(*rows: str) -> RateCard:
    return read_long(HEADER + "".join(rows), card_id="test")


def wide(*rows: str, header: str = "Market,Currency,Marketing,Utility") -> RateCard:
    text = "\n".join([header, *rows])
    return read_wide(text, card_id="test", model="pmp", effective_from=date(2026, 10, 1))


def rate(card: RateCard, market: str, category: str) -> str | None:
    band = card.list_band(market=market, category=category)
    return str(band.rate) if band else None


@pytest.mark.parametrize(
    ("card", "market", "category", "expected"),
    [
        ("cbp-initiator-2022-02-01-usd", "Russia", "business_initiated", "0.0663"),
        ("cbp-initiator-2022-02-01-usd", "Russia", "user_initiated", "0.0398"),
        ("cbp-initiator-2022-02-01-usd", "Other", "user_initiated", None),
        ("cbp-initiator-2022-02-01-rub-article", "Russia", "business_initiated", "5.10"),
        ("cbp-initiator-2022-02-01-rub-article", "Germany", "business_initiated", None),
        ("cbp-categories-2024-11-01-usd", "Russia", "authentication", "0.0429"),
        ("cbp-categories-2024-11-01-usd", "Russia", "service", "0"),
        ("pmp-2026-10-01-usd", "Russia", "service", "0.0400"),
        ("pmp-2026-10-01-usd", "India", "authentication_international", "0.0304"),
        ("pmp-2026-10-01-usd", "Russia", "authentication_international", None),
        ("pmp-2026-07-01-cop", "Argentina", "marketing", "227.5361"),
    ],
)
def test_shipped_cards_hold_the_known_figures(card, market, category, expected):
    assert rate(CARDS.by_id[card], market, category) == expected


def test_every_shipped_file_is_in_the_list_and_reads():
    about = tomllib.loads((card_files.SHIPPED / "cards.toml").read_text())["card"]
    assert {one["file"] for one in about} == {
        path.name for path in card_files.SHIPPED.glob("*.csv")
    }
    for one in about:
        card = card_files.shipped_card(one)
        assert card.source
        assert card.is_complete == ("Other" in card.codes and len(card.codes) >= 32)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2025, 6, 30), None),
        (date(2025, 7, 1), "pmp-2025-07-01-usd-partial"),
        (date(2025, 9, 30), "pmp-2025-07-01-usd-partial"),
        (date(2025, 10, 1), "pmp-2025-10-01-usd"),
        (date(2026, 9, 30), "pmp-2026-07-01-usd"),
        (date(2026, 10, 1), "pmp-2026-10-01-usd"),
        (date(2031, 1, 1), "pmp-2026-10-01-usd"),
    ],
)
def test_the_latest_card_that_has_begun_is_in_force(day, expected):
    card = CARDS.in_force(model="pmp", currency="USD", on=day)
    assert (card.id if card else None) == expected


def test_cards_change_at_midnight_of_the_account():
    story = Story(contact="+971500000001")
    story.start = story.start.replace(year=2025, month=9, day=30, hour=19, minute=59)
    story.template(0, "marketing").template(1 / 60, "marketing")
    found = entries(story.facts, "per-message-2025", zone=ZoneInfo("Asia/Dubai"))
    assert [one.card for one in found] == [None, "pmp-2025-10-01-usd"]
    assert [one.reason for one in found] == ["no_rate", "charged"]  # the July card lacks the market


def test_a_market_that_is_not_on_the_card_has_no_rate_and_never_a_rate_of_zero():
    story = Story(contact="+3725123456").template(0)  # Estonia is Other, which the 2022 card lacks
    [entry] = entries(story.facts, "conversation-2022", free_used=1000)
    assert (entry.market, entry.price, entry.reason, entry.is_free) == (
        "Other",
        None,
        "no_rate",
        False,
    )


def test_a_rate_of_zero_on_the_card_is_free_and_says_so():
    card = long("pmp,2025-07-01,USD,Russia,7,utility,0,,0\n")
    story = Story(Story().start.replace(year=2025, month=8)).template(0)
    [entry] = entries(story.facts, "per-message-2025", cards=RateCards([card]))
    assert (entry.is_free, entry.reason, entry.card) == (True, "free_on_card", "test")


def test_a_plan_of_one_model_prices_any_day_with_the_cards_of_its_own_time():
    long_after = Story(Story().start.replace(year=2026)).template(0)
    assert said(long_after, "conversation-2022", free_used=1000) == ["0 business_initiated 0.0663"]
    [entry] = entries(long_after.facts, "per-message-2025")
    assert entry.card == "pmp-2026-07-01-usd"
    long_before = Story().template(0)
    [entry] = entries(long_before.facts, "per-message-2026")
    assert (entry.card, entry.price and entry.price.text) == ("pmp-2026-10-01-usd", "0.0400")


def test_two_cards_for_one_day_are_refused():
    with pytest.raises(CardsClash, match="begin on the same day"):
        RateCards([long(ROW), long(ROW)])


def test_tiers_are_read_as_bands():
    card = card_files.shipped_card(
        {
            "file": "pmp-2026-10-01-usd-tiers-fragment.csv",
            "complete": False,
            "source": "",
            "trust": "",
        }
    )
    market = "Rest of Central & Eastern Europe"
    rates = [card.band_at(n, market=market, category="utility") for n in (1, 100_000, 100_001)]
    assert [(band.name, str(band.rate)) for band in rates if band] == [
        ("0:100000", "0.0212"), ("0:100000", "0.0212"), ("100001:MAX", "0.0201"),
    ]  # fmt: skip


def test_what_meta_writes_oddly_is_read():
    card = wide(
        "Russia,$US,8.0E-4,0.04", "", "Kuwait,US$,n/a,0.0157",
        header='\ufeffMarket,"Cur\nrency","Marketing",Utility'.replace("Cur\nrency", "Currency\n"),
    )  # fmt: skip
    assert card.currency == "USD"
    assert rate(card, "Russia", "marketing") == "0.00080"
    assert rate(card, "Kuwait", "marketing") is None
    assert rate(card, "Kuwait", "utility") == "0.0157"


@pytest.mark.parametrize(
    ("odd", "meant"), [("$US", "USD"), ("A$", "AUD"), ("GBD", "GBP"), ("eur", "EUR")]
)
def test_odd_currencies_are_known(odd, meant):
    assert wide(f"Russia,{odd},1,2").currency == meant


@pytest.mark.parametrize(
    ("row", "cell"),
    [
        ('pmp,2026-10-01,USD,Russia,7,utility,0,,"0,04"', "row 2, rate: '0,04' is not a rate"),
        ('pmp,2026-10-01,USD,Russia,7,utility,0,,"1,234"', "row 2, rate"),
        ("pmp,2026-10-01,USD,Russia,7,utility,0,,-0.04", "row 2, rate"),
        ("pmp,2026-10-01,USD,Russia,7,utility,0,,NaN", "row 2, rate"),
        ("pmp,2026-10-01,USD,Russia,7,utility,0,,$0.04", "row 2, rate"),
        ("pmp,2026-10-01,USD,Russia,7,utility,0,,", "row 2, rate"),
        (
            "pmp,2026-10-01,USD,Russia,7,utility,0,,0.0000001",
            "row 2, rate: '0.0000001' has more than 6 decimals; nothing is rounded",
        ),
        ("pmp,2026-10-01,$,Russia,7,utility,0,,0.04", "row 2, currency: '\\$' is not a currency"),
        ("pmp,01.10.2026,USD,Russia,7,utility,0,,0.04", "row 2, effective_from"),
        ("pmp,2026-10-01,USD,,7,utility,0,,0.04", "row 2, market"),
        ("pmp,2026-10-01,USD,Russia,+7,utility,0,,0.04", "row 2, country_codes"),
        (
            "pmp,2026-10-01,USD,Russia,7,utilty,0,,0.04",
            "row 2, category: 'utilty' is not a category",
        ),
        ("pmp,2026-10-01,USD,Russia,7,utility,1k,,0.04", "row 2, tier_from"),
        ("pmp,2026-10-01,USD,Russia,7,utility,5,,0.04", "row 2, rate: .* with a gap"),
        ("pmp,2026-10-01,USD,Russia,7,utility", "row 2, row: 6 cells where the header has 9"),
    ],
)
def test_what_can_be_read_in_two_ways_is_refused_with_its_cell(row, cell):
    with pytest.raises(CardRefused, match=cell):
        long(row)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (ROW, "priced twice"),
        (ROW.replace("USD", "EUR"), "row 3, currency: a card has only one"),
        (ROW.replace("2026-10-01", "2026-10-02"), "row 3, effective_from: a card has only one"),
        (ROW.replace(",7,utility", ",77,marketing"), "Russia had others before"),
        (ROW.replace("Russia", "Kazakhstan"), "7 belongs to Russia already"),
    ],
)
def test_rows_that_contradict_each_other_are_refused(row, words):
    with pytest.raises(CardRefused, match=words):
        long(ROW, row)


def test_all_problems_are_told_at_once_and_an_empty_file_is_one():
    with pytest.raises(CardRefused) as refused:
        wide("Russia,USD,x,y")
    assert [problem.column for problem in refused.value.problems] == ["marketing", "utility"]
    with pytest.raises(CardRefused, match="there is no rate in it"):
        long()
    with pytest.raises(CardRefused, match="row 1, currency: this column is missing"):
        wide("Russia,1", header="Market,Utility")


TIERS = """WhatsApp volume tiers,,,,,,,,,,,,,,,,
See the developer pages,,,,,,,,,,,,,,,,
,,Utility,,,,,Authentication,,,,,Authentication-International,,,,
,,Messages per month,,What we charge,,,Messages per month,,What we charge,,,Messages per month,,What we charge,,
"Market
(per rate card)",Currency@@@
Colombia,$US,0,"100,000",List rate,8.0E-4,0%,0,"100,000",List rate,8.0E-4,0%,n/a,n/a,n/a,n/a,n/a
,$US,"100,001",--,Tier,8.0E-4,-5%,"100,001",--,Tier,7.0E-4,-10%,n/a,n/a,n/a,n/a,n/a
,,,,,,,,,,,,,,,,
""".replace("@@@", 3 * ",From,To,Rate type,Rate,vs. List rate")


def test_the_tier_file_of_meta_is_read_as_printed_and_never_worked_out_from_percentages():
    card = with_tiers(wide("Colombia,USD,0.0125,0.0008"), TIERS)
    assert [(band.name, str(band.rate)) for band in card.bands("Colombia", "utility")] == [
        ("0:100000", "0.00080"), ("100001:MAX", "0.00080"),
    ]  # fmt: skip
    assert [str(band.rate) for band in card.bands("Colombia", "authentication")] == [
        "0.00080",
        "0.00070",
    ]
    assert rate(card, "Colombia", "marketing") == "0.0125"
    assert rate(card, "Colombia", "authentication_international") is None


@pytest.mark.parametrize(
    ("was", "becomes", "words"),
    [
        (
            '$US,"100,001"',
            '$US,"90,001"',
            "row 7, rate: Colombia, utility is priced twice or with a gap",
        ),
        ("7.0E-4", '"0,0007"', "row 7, authentication rate: '0,0007'"),
        ("$US", "EUR", "EUR, but the card is in USD"),
        ("--,Tier,7.0E-4,-10%,", "--,Tier,7.0E-4,", "16 cells where a tier file has 17"),
        ("Market", "Land", "Market: this column is missing"),
    ],
)
def test_a_tier_file_that_does_not_fit_is_refused_with_its_cell(was, becomes, words):
    with pytest.raises(CardRefused, match=words):
        with_tiers(wide("Colombia,USD,0.0125,0.0008"), TIERS.replace(was, becomes))


def test_notes_above_the_header_of_the_base_file_are_passed_over():
    notes = "Rate card,,,\nEffective 1 October,,,\n,,,\n"
    card = read_wide(
        notes + "Market,Currency,Marketing,Utility\nArgentina,COP,\"1,940.13\",95.7271\n",
        card_id="test", model="pmp", effective_from=date(2026, 10, 1),
    )  # fmt: skip
    assert rate(card, "Argentina", "marketing") == "1940.13"
