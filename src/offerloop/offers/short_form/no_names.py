"""Words behind "on" that are no names: when, where and how something is sold, and what people do in a shop."""

from __future__ import annotations

import re
from functools import cache

from babel import Locale
from babel.core import get_global

DEALINGS = (
    "back-?order|buyer|charge|check-?out|customer|deal|discount|download|fee|follower|guest|install|livestream|markdown|member|"
    "membership|military|(?:newsletter )?sign-?up|nurse|"
    "offer|order|participant|payment|pick-?up|pre-?order|promo|promotion|purchase|re-?order|referral|reservation|return|sale|saving|senior|"
    "shopper|student|subscriber|subscription|teacher|transaction|trial|user|veteran|vip|visit"
)
"""What people do in a shop, and those who do it, in the singular: what an offer is for, and no product."""
_RESERVED = re.compile(
    r"\b(?:all|any|at|before|buy|each|every|everything|first(?![\s-](?:aid|edition)\b)|for|free|from|get|items|max|min|most|off|on|or|order|orders|over|per|"
    r"purchase|select|selected|some|takes|this|up|when|with|worth|your|"
    r"the|our|these|those|sale|clearance|discounted|reduced|full-price|full-priced|regular-priced|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun|week)days?|weekends?|today|tonight|tomorrow)\b",
    re.IGNORECASE,
)
"""Words of a short form, and those for when or in what state something is sold ("free delivery on Mondays")."""
_MONTHS = (
    "january|february|march|april|may|june|july|august|september|october|november|december|"
    "jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec"
)
_STATES = (
    "arrival|back in stock|best-?seller|bestselling|bundle|favou?rite|import|last chance|launch(?:es)?|new[- ]?in|"
    "outlet|overstock|plan|price|refill|release|retail|seller|stock|wholesale|"
    r"(?:new|newest|latest|recent|other|certain|participating|eligible|qualifying|popular|top|best|limited|seasonal|"
    r"remaining|featured|selling)\s+(?:product|good|style|line|collection|range|edition|brand|model|title)"
)
"""What goods are called by their age, their success or where they are in the trade, in the singular."""
_COSTS = (
    "shipping|postage|freight|courier|cost|tax(?:es)?|vat|gst|dut(?:y|ies)|surcharge|deposit|installation|rrp|msrp|srp|uvp|"
    "porto|versand|versandkosten|lieferung|liefergebühr|mehrwertsteuer|mwst"
)
_HANDLING = r"(?:shipping|postage|delivery|freight)\s+and\s+(?:handling|packing|packaging)|handling|packing|p&p|s&h"
"""What is paid for shipping: "packing tape" and "food packaging" are things."""
_CHINESE_COSTS = ".*(?:运费|邮费|配送费|快递费|(?<!免)税|税费|原价|定价|标价|吊牌价)"
"""Costs and prices in Chinese."""
_CHANNELS = (
    r"amazon|ebay|etsy|instagram|facebook|tiktok|whatsapp|wechat|youtube|uber\s+eats|doordash|deliveroo|grubhub|instacart|"
    r"autoship|paypal|klarna|afterpay|alipay|visa|mastercard|amex|american\s+express|(?:apple|google|wechat)\s+pay|"
    r"(?:credit|debit)\s+cards?"
)
"""Where people buy, and how they pay."""
_NO_THINGS = (
    "bulk|top|repeat|average|request|demand|time|approval|receipt|account|balance|budget|cash|credit|card|site|registration|"
    "family|friends?|total|subtotal|basket|cart|invoice|bill|quantity|volume|size|brands?|both|anything|something|others?|more|"
    "less|them|it|collection|now|again|already|automatically|daily|immediately|instantly|monthly|weekly|yearly"
)
"""What alone behind "on" is a manner, a sum, a time or anybody: "gift cards" are things, and "card" is none."""
_WHOLES = (
    r"entire\b.*|(?:complete|full|total|whole)\s+(?:.*\s)?(?:assortment|basket|bill|cart|catalogue?|collection|inventory|menu|"
    r"range|selection|shop|site|stock|store)|(?:cheapest|priciest)\b.*|click[\s-](?:and|n)[\s-]collect"
)
"""All goods or the cheapest ones, and how they are fetched."""
NUMBER_WORDS = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_NUMBERS = (
    rf"(?:(?!(?:19[5-9]\d|20(?!00)[0-4]\d)\s)\d+|{NUMBER_WORDS})"
    r"(?:\s+(?!(?:day|door|gauge|hour|inch|month|night|pack|person|piece|ply|ring|seater|size|speed|star|week|wheel|year)\s).*)?"
)
"""How many of something; "one piece swimsuits" and "2027 calendars" are kinds of it."""
_ORDINALS = (
    r"(?:second|third|fourth|fifth|sixth|next|last|\d+(?:st|nd|rd|th))\b"
    r"(?![\s-](?:avenue|edition|element|form|gen|generation|hand|party|skin|street|wave)\s+\w)"
    r"(?-i:(?<!\bNext(?=\s[a-z]+s$))).*"
)
"""Which unit or order; "second hand books" and "2nd edition comics" are kinds of goods, and Next makes jeans."""
_TIME_OR_WAY = re.compile(
    rf"(?:.*\b(?:{_MONTHS})\s+\d.*|.*\d(?:st|nd|rd|th)?\s+(?:{_MONTHS})\b.*|[\d\s/-]+|(?:.*[\s-])?(?:{_MONTHS}|"
    r"thanksgiving|christmas|xmas|easter|halloween|hanukkah|ramadan|eid|diwali|(?:new\s+year|valentine)(?:'?s)?|birthdays?|paydays?|"
    r"holidays?|(?:eve|day|night|morning|evening|afternoon|hour|week|month|season|year|date)s?|"
    r"spring|summer|autumn|fall|winter|app|mobile|online|website|web|desktop|in-store|stores?|shops?|delivery|takeaway|"
    rf"(?:{_STATES})s?|(?:{_CHANNELS})|(?:{_COSTS})s?|"
    rf"bookings?|renewals?|shopping|(?:{DEALINGS})s?|usa?|uk|uae)|"
    rf"{_NO_THINGS}|{_HANDLING}|{_WHOLES}|{_NUMBERS}|{_ORDINALS}|{_CHINESE_COSTS})",
    re.IGNORECASE,
)
"""Names of a day, a season or a cost, and of what, where or how people buy, as a whole or as the last word of several.

The last noun of several says what they are: Christmas trees are trees, and mobile phones are phones.
"""
_REGIONS = (
    "Britain, Great Britain, England, Scotland, Wales, Northern Ireland, Holland, America, Europe, Asia, Africa, "
    "Scandinavia, Alabama, Alaska, Arizona, Arkansas, California, Colorado, Connecticut, Delaware, Florida, Georgia, "
    "Hawaii, Idaho, Illinois, Indiana, Iowa, Kansas, Kentucky, Louisiana, Maine, Maryland, Massachusetts, Michigan, "
    "Minnesota, Mississippi, Missouri, Montana, Nebraska, Nevada, New Hampshire, New Jersey, New Mexico, North "
    "Carolina, North Dakota, Ohio, Oklahoma, Oregon, Pennsylvania, Rhode Island, South Carolina, South Dakota, "
    "Tennessee, Texas, Utah, Vermont, Virginia, Washington, West Virginia, Wisconsin, Wyoming, Alberta, British "
    "Columbia, Manitoba, New Brunswick, Nova Scotia, Ontario, Quebec, Saskatchewan, New South Wales, Queensland, "
    "South Australia, Tasmania, Victoria, Western Australia, Bavaria, Brandenburg, Hesse, Lower Saxony, North "
    "Rhine-Westphalia, Saxony, Thuringia, Tyrol, Catalonia, Andalusia, Lombardy, Tuscany, Sicily, Brittany, Normandy, "
    "Provence, Guangdong, Zhejiang, Jiangsu, Sichuan"
)
"""Regions that people name as they name countries; a few of which are also what something is made like are left out."""
_CITIES = (
    "Birmingham, Manchester, Liverpool, Leeds, Sheffield, Bristol, Glasgow, Edinburgh, Cardiff, Belfast, San "
    "Francisco, San Diego, Boston, Philadelphia, Houston, Dallas, Austin, Miami, Seattle, Atlanta, Las Vegas, Munich, "
    "Hamburg, Frankfurt, Stuttgart, Leipzig, Dresden, Salzburg, Geneva, Basel, Barcelona, Valencia, Seville, Milan, "
    "Naples, Turin, Florence, Venice, Lyon, Marseille, Rotterdam, Antwerp, Kyoto, Osaka, Beijing, Shenzhen, "
    "Guangzhou, Hangzhou, Chengdu, Nanjing, Wuhan, Mumbai, Delhi, Bangalore, Melbourne, Ottawa, Calgary, Montreal"
)
"""Large cities after which no time zone is named."""


def is_no_name(name: str) -> bool:
    """Whether words say when, where, how or to whom something is sold, or in what state, and not what it is."""
    if _RESERVED.search(name) or _TIME_OR_WAY.fullmatch(name):
        return True
    return name.casefold() in _places()


def is_chinese_cost(name: str) -> bool:
    """Whether a name is a cost or a price, which is no category in brackets either."""
    return re.fullmatch(_CHINESE_COSTS, name) is not None


@cache
def _places() -> frozenset[str]:
    """Return the names of countries, of the cities after which time zones are named (CLDR), and some more."""
    cities = (zone.rpartition("/")[2].replace("_", " ") for zone in get_global("zone_territories"))
    others = f"{_REGIONS}, {_CITIES}".split(", ")
    return frozenset(name.casefold() for name in (*cities, *others, *Locale("en").territories.values()))
