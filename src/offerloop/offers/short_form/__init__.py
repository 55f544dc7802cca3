"""Short forms of offers in English and Chinese, such as "20% off" and 满200减20: read to written terms, and back."""

from offerloop.offers.short_form.reading import guess_currency, parse_offer
from offerloop.offers.short_form.writing import LANGUAGES, print_offer

__all__ = ["LANGUAGES", "guess_currency", "parse_offer", "print_offer"]
