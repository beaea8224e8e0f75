"""The order of an import has no part in its result: a real log newest first, shuffled, cut in many files, with rows written
twice, gives the figures that it gives in order, to the cent.

    python3 tests/orders.py --thads target/release/thads --log ../shared/data/fines_sample.csv.gz

Each variant is a new ledger; its figures, of every day and of all years, are held against those of the log in order.
"""

import argparse
import gzip
import json
import pathlib
import random
import subprocess
import sys
import tempfile

MAPPING = pathlib.Path(__file__).parent.parent / "examples/fines.toml"


class Ledgers:
    """Ledgers in a folder of their own, and the program that makes them."""

    def __init__(self, thads, folder, header):
        self.thads, self.folder, self.header = thads, pathlib.Path(folder), header

    def run(self, name, *args):
        command = [self.thads, "--data", self.folder / name, "--lang", "en", "--quiet", "--json", *args]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def files(self, name, parts):
        """Writes files of rows, named by their variant."""
        paths = []
        for number, rows in enumerate(parts):
            path = self.folder / f"{name}-{number}.csv"
            path.write_text(self.header + "".join(rows), encoding="utf-8")
            paths.append(path)
        return paths

    def take(self, name, files):
        """Imports files together; returns the counts and the path of the rejects."""
        rejects = self.folder / f"{name}-rejects-{len(list(self.folder.glob(f'{name}-rejects-*')))}.csv"
        ran = self.run(name, "import", *files, "--mapping", MAPPING, "--rejects", rejects)
        if not ran.stdout:
            sys.exit(f"{name}: {ran.stderr}")
        return json.loads(ran.stdout)["import"], rejects

    def take_singly(self, name, parts):
        """Imports files one after the other, and then what waited for its case until nothing waits; returns how many rows came
        late and how many waited."""
        files = self.files(name, parts)
        late = waited = 0
        while files:
            waiting, taken = [], 0
            for file in files:
                counts, rejects = self.take(name, [file])
                late += counts["derived_anew"]
                taken += counts["recorded"]
                waited += counts["case_not_yet"]
                if counts["rejected"] != counts["case_not_yet"] or counts["came_late"]:
                    sys.exit(f"{name}: {counts}")
                if counts["rejected"]:
                    waiting.append(rejects)
            if not taken:
                sys.exit(f"{name}: {len(waiting)} files of rejects, and nothing of them is taken")
            files = waiting
        return late, waited

    def figures(self, name, period):
        """The figures of the period, and those of its every day."""
        report = self.run(name, "report", "--period", period)
        replay = self.run(name, "replay", "--period", period)
        if report.returncode != 0 or replay.returncode != 0:
            sys.exit(f"{name}: {report.stderr} {replay.stderr}")
        days = [json.loads(line) for line in replay.stdout.splitlines()]
        return {period: json.loads(report.stdout)["figures"]} | {day["day"]: day["figures"] for day in days}


def cut(rows, count):
    """Cuts rows into so many files, one after the other."""
    size = -(-len(rows) // count)
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def variants(rows, seeds):
    """The variants that are given together: their names, their files' rows, how many rows are written twice."""
    yield "newest-first", [rows[::-1]], 0
    for seed in seeds:
        chance = random.Random(seed)
        shuffled = chance.sample(rows, len(rows))
        yield f"shuffled-{seed}", [shuffled], 0
        for count in (2, 7, 100):
            parts = cut(rows, count)
            chance.shuffle(parts)
            yield f"cut-{count}-{seed}", parts, 0
        twice = rows + chance.sample(rows, 50)
        chance.shuffle(twice)
        yield f"planted-{seed}", [twice], 50
        yield f"planted-cut-7-{seed}", cut(twice, 7), 50


def given_singly(rows, seeds):
    """The variants that are given one after the other: their names and their files' rows."""
    yield "singly-newest-first", cut(rows[::-1], 7)
    for seed in seeds:
        chance = random.Random(seed)
        for count in (2, 7, 100):
            yield f"singly-{count}-{seed}", cut(chance.sample(rows, len(rows)), count)


def differences(wanted, found):
    """Where figures differ: the first few."""
    found = [
        f"{period} {figure}: {value} is {found[period].get(figure)}"
        for period, figures in wanted.items()
        for figure, value in figures.items()
        if value != found[period].get(figure)
    ]
    return found[:3]


def main():
    """Imports every variant and says what differs."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--thads", required=True)
    options.add_argument("--log", required=True)
    options.add_argument("--seeds", type=int, default=3)
    options = options.parse_args()
    with gzip.open(options.log, "rt", encoding="utf-8") as log:
        header, *rows = log.readlines()
    years = sorted(row.split(",")[2][:4] for row in rows)
    period = f"{years[0]}-01-01..{years[-1]}-12-31"
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        ledgers = Ledgers(options.thads, folder, header)
        ledgers.take("in-order", ledgers.files("in-order", [rows]))
        wanted = ledgers.figures("in-order", period)
        for name, parts, planted in variants(rows, range(1, options.seeds + 1)):
            counts, _ = ledgers.take(name, ledgers.files(name, parts))
            right = (counts["recorded"], counts["doubtful"], counts["rejected"]) == (len(rows), planted, planted)
            found = differences(wanted, ledgers.figures(name, period))
            wrong += not right or bool(found)
            print(f"{name}: {len(parts)} files, {counts['recorded']} rows, {counts['doubtful']} doubtful;", *found or ["the same"])
        for name, parts in given_singly(rows, range(1, options.seeds + 1)):
            late, waited = ledgers.take_singly(name, parts)
            found = differences(wanted, ledgers.figures(name, period))
            verified = ledgers.run(name, "verify").returncode == 0
            wrong += bool(found) or not verified
            print(f"{name}: {len(parts)} files one after the other, {waited} rows waited, {late} came late;", *found or ["the same"])
    print(f"{wrong} variants differ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
