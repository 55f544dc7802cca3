"""Simulated learners of online courses: one row per completed lesson. Writes lessons.csv and catalogue.csv."""

from __future__ import annotations

import csv
import random
from datetime import datetime, timedelta
from pathlib import Path

FOLDER = Path(__file__).parent
COURSES = ("Algebra", "Creative writing", "Drawing", "Python", "Spanish")
LEARNERS, LESSONS, WEEKS = 400, 12, 20


def main() -> None:
    """The same seed gives the same files."""
    draw = random.Random(7)
    start = datetime(2026, 1, 5, 8)
    with (FOLDER / "catalogue.csv").open("w", newline="", encoding="utf-8") as file:
        rows = [(f"{course[:3]}-{n:02}", course, f"{course}, lesson {n}") for course in COURSES for n in range(LESSONS)]
        csv.writer(file).writerows([("lesson", "course", "title"), *rows])
    with (FOLDER / "lessons.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("session", "learner", "lesson", "completed", "finished at"))
        for learner in range(LEARNERS):
            keen, likes = draw.gammavariate(1.5, 0.6), draw.sample(COURSES, 2)
            for week in range(WEEKS):
                if draw.random() > keen / (keen + 1):
                    continue
                moment = start + timedelta(days=7 * week + draw.randrange(7), minutes=draw.randrange(720))
                course = draw.choice(likes)
                for n in draw.sample(range(LESSONS), 1 + min(draw.randrange(5), int(2 * keen) + 1)):
                    row = (f"s{learner}-{week}", f"L{learner:04}", f"{course[:3]}-{n:02}", 1, moment.isoformat(" "))
                    writer.writerow(row)


if __name__ == "__main__":
    main()
