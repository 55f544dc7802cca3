"""Short forms of offers, such as "20% off" and 满200减20: read in English, Chinese and German."""
