"""Short forms of offers in English and Chinese, such as "20% off" and 满200减20: read to written terms, and back."""
