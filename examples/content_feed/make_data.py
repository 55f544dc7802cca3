"""Simulated readers of a content feed: one row per item read or watched. Writes views.csv and items.csv."""

from __future__ import annotations

import csv
import random
from datetime import datetime, timedelta
from pathlib import Path

FOLDER = Path(__file__).parent
TOPICS = ("Cooking", "Football", "Gardening", "Local news", "Music", "Science")
READERS, ITEMS, DAYS = 500, 25, 120


def main() -> None:
    """The same seed gives the same files."""
    draw = random.Random(11)
    start = datetime(2026, 2, 2, 6)
    with (FOLDER / "items.csv").open("w", newline="", encoding="utf-8") as file:
        rows = [(f"{topic[:2]}{n:03}", topic) for topic in TOPICS for n in range(ITEMS)]
        csv.writer(file, delimiter="\t").writerows([("item", "topic"), *rows])
    with (FOLDER / "views.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter="\t")
        writer.writerow(("visit", "reader", "item", "seconds", "at"))
        for reader in range(READERS):
            habit, likes = draw.betavariate(1, 6), draw.sample(TOPICS, 3)
            for day in range(DAYS):
                if draw.random() > habit:
                    continue
                moment = start + timedelta(days=day, minutes=draw.randrange(960))
                for _ in range(1 + draw.randrange(4)):
                    item = f"{draw.choice(likes)[:2]}{draw.randrange(ITEMS):03}"
                    seconds = int(draw.lognormvariate(4.5, 0.8))
                    writer.writerow((f"{reader}-{day}", f"R{reader}", item, seconds, moment.isoformat()))


if __name__ == "__main__":
    main()
