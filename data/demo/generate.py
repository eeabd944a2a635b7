"""Writes the demo's data files from the hand-written phrase banks beside it.

    python data/demo/generate.py          write the files
    python data/demo/generate.py --check  exit 1 if a file is not what would be written

All of it is synthetic: sentences written for this project, some joined from written halves, and
noise as real tweets have it. The same banks give the same bytes. Each file has a random stream of
its own, so that a change in one bank moves no other file.

A bank is a text file in banks/: `[section]`, then one entry a line. The sections `negative`,
`neutral` and `positive` hold whole sentences; `{x}` in an entry stands for an entry of section x.
Banks end in _train or _test and share neither sentences nor companies.
"""

import csv
import io
import re
import sys
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from random import Random

HERE = Path(__file__).resolve().parent
LABELS = ("negative", "neutral", "positive")
DOMAINS = ("earnings_calls", "customer_reviews", "workplace", "economy")
ROWS_PER_LABEL = 40  # of a domain
CARELESS = ("customer_reviews", "workplace")
SLOTS = ("unit", "thing", "place", "team", "sector")  # what a text of a domain is about
NOISY = 0.45  # share of headlines that look like tweets
ALIKE = 0.5  # two texts with a higher Jaccard of character 4-grams are too much alike
OTHER = {"good": "bad", "bad": "good"}
MOOD = {"negative": "bad", "positive": "good"}
Row = tuple[str, str]  # text, label

# Faults that validation has to find. Their sentences get no noise, so that nothing else changes.
REPEATED = ("Kestrabank's rating raised one notch to A, outlook stable", "positive")
CONFLICTING = "Ostervik to sell its tanker fleet to Lumenquay for 1.4bn"
UNKNOWN_LABEL = ("Harrowquist looks strong above its 200-day average", "bullish")
REPORT_DATE = "Brackenhall Foods to publish its third-quarter report on 24 October at 8:00"
BRIDGES = "Dornaby Steel wins 900m order for bridge plates"
PERFUME = "Juniperine Cosmetics to underperform from hold{} target slashed to 14 from 26"
PREMIUM = "Plinthos Cement gets takeover offer at a 45% premium"
TWINS = (  # sentence of the train bank, how it comes back in test, and the label of both
    (REPORT_DATE, f"{REPORT_DATE} https://example.org/a7Qx", "neutral"),
    (BRIDGES, f"{BRIDGES}!!", "positive"),
    (f"Downgrade: {PERFUME.format(',')}", f"DOWNGRADE - {PERFUME.format(';')}", "negative"),
    (PREMIUM, f"{PREMIUM} (https://example.org/pl-45)", "positive"),
)
PLAIN = {REPEATED[0], *(text for text, _, _ in TWINS)}


class Bank:
    """Draws from the sections of one bank; no entry comes again before all others have."""

    def __init__(self, name: str, random: Random) -> None:
        self.random = random
        self.sections: dict[str, list[str]] = {}
        self._decks: dict[str, list[str]] = {}
        for line in (HERE / "banks" / f"{name}.txt").read_text(encoding="utf-8").splitlines():
            if line.startswith("["):
                entries = self.sections.setdefault(line.strip("[]"), [])
            elif line.strip():
                entries.append(line.replace("\\n", "\n"))
        companies = [entry.partition(" | ") for entry in self.sections.get("companies", [])]
        self.tickers = {name: ticker for name, _, ticker in companies}
        self.sections["company"] = list(self.tickers)
        nouns = [self.sections.get(f"noun_{mood}", []) for mood in OTHER]
        self.sections["noun_any"] = nouns[0] + nouns[1]

    def draw(self, section: str, **given: str) -> str:
        """An entry with its slots filled: from `given`, else from the section of that name."""
        if not self._decks.get(section):
            deck = list(self.sections[section])
            self.random.shuffle(deck)
            self._decks[section] = deck
        return self.fill(self._decks[section].pop(), **given)

    def fill(self, entry: str, **given: str) -> str:
        """The entry with an entry of section x, or given[x], for every `{x}`."""
        return re.sub(r"\{(\w+)\}", lambda slot: given.get(slot[1]) or self.draw(slot[1]), entry)


def contrast(bank: Bank, mood: str) -> str:
    """A weak point of the other mood, then a strong one of this mood, which decides the label."""
    weak, strong = bank.draw(f"weak_{OTHER[mood]}"), bank.draw(f"strong_{mood}")
    return bank.draw("contrasts", weak=weak, strong=strong)


def financial(bank: Bank, contrasts: int, negations: int, questions: int) -> list[Row]:
    """Whole sentences of a bank, and so many joined from parts; the first two for each mood.

    Something good that does not happen is negative, and the other way round.
    """
    rows = [(text, label) for label in LABELS for text in bank.sections[label]]
    for label, mood in MOOD.items():
        rows += distinct(partial(contrast, bank, mood), label, contrasts)
        rows += distinct(partial(bank.draw, f"negated_{OTHER[mood]}"), label, negations)
    return rows + distinct(partial(bank.draw, "questions"), "neutral", questions)


def domain_text(bank: Bank, label: str) -> str:
    """A few clauses of one domain about one thing: opener, contrast and closer come and go."""
    chance = bank.random.random
    subject = {slot: bank.draw(slot) for slot in SLOTS if slot in bank.sections}

    def draw(section: str) -> str:
        return bank.draw(section, **subject)

    if label == "neutral" and chance() < 0.3:
        weak = [draw("weak_good"), draw("weak_bad")]
        bank.random.shuffle(weak)
        text = f"{weak[0]}, {weak[1]}, {draw('even')}"
    elif label != "neutral" and chance() < 0.35:
        text = f"{draw(f'weak_{OTHER[MOOD[label]]}')}, but {draw(label)}"
    else:
        text = draw(label)
    if chance() < 0.4:
        text = f"{draw('openers')} {text}"
    parts = [text]
    if chance() < 0.2:
        parts.append(draw(label))
    if chance() < 0.3:
        parts.append(draw("closers"))
    return " ".join(p[0].upper() + p[1:] + ("" if p.endswith("?") else ".") for p in parts)


def distinct(make: Callable[[], str], label: str, count: int) -> list[Row]:
    """`count` rows of which no two are alike."""
    kept: list[tuple[str, set[str]]] = []
    while len(kept) < count:
        text = make()
        own = grams(text)
        if all(len(own & other) <= ALIKE * len(own | other) for _, other in kept):
            kept.append((text, own))
    return [(text, label) for text, _ in kept]


def grams(text: str) -> set[str]:
    """Character 4-grams of the letters and digits."""
    key = re.sub(r"[\W_]+", "", text.lower())
    return {key[i : i + 4] for i in range(len(key) - 3)}


def tweet(text: str, bank: Bank, noise: Bank) -> str:
    """The text as it is, or as somebody in a hurry would post it."""
    random = bank.random
    if text in PLAIN or "\n" in text or random.random() >= NOISY:
        return text
    if random.random() < 0.3 and "$" not in text:
        for company, ticker in bank.tickers.items():
            text = re.sub(rf"\b{company}( [A-Z]\w+)?\b(?!')", f"${ticker}", text, count=1)
    if random.random() < 0.25:
        text = with_typo(text, random)
    if random.random() < 0.25:
        text = text.lower() if random.random() < 0.7 else text.upper()
    if random.random() < 0.25:
        text = f"{noise.draw('openers')} {text}"
    if random.random() < 0.4:
        text = f"{text} {noise.draw('closers')}"
    if random.random() < 0.4:
        code = "".join(random.choice("abcdefghkmnpqrstuvwxyz23456789") for _ in range(5))
        text = f"{text} {noise.draw('links', code=code)}"
    return text


def with_typo(text: str, random: Random) -> str:
    """Two neighbouring letters swapped, or one left out, in a word of five letters or more."""
    words = [match.start() for match in re.finditer(r"\b[a-z]{5,}", text)]
    if not words:
        return text
    at = random.choice(words) + random.randrange(1, 4)
    return text[:at] + random.choice((text[at + 1] + text[at], text[at + 1])) + text[at + 2 :]


def headlines(split: str) -> str:
    """Financial tweets and headlines, with the planted faults."""
    random = Random(f"headlines {split}")  # noqa: S311
    bank, noise = Bank(f"headlines_{split}", random), Bank("tweet_noise", random)
    rows = financial(bank, *((9, 6, 8) if split == "train" else (8, 4, 6)))
    rows = [(tweet(text, bank, noise), label) for text, label in rows]
    if split == "train":
        rows += [REPEATED, UNKNOWN_LABEL, ("", "neutral")]
        rows += [(CONFLICTING, "positive"), (CONFLICTING, "negative")]
    else:
        rows += [(twin, label) for _, twin, label in TWINS]
    random.shuffle(rows)
    return as_csv(rows)


def wires() -> str:
    """Sentences of company notices, `sentence@label`."""
    random = Random("wires")  # noqa: S311
    bank = Bank("wires_test", random)
    rows = financial(bank, 5, 3, 4)
    random.shuffle(rows)
    return "".join(f"{text}@{label}\n" for text, label in rows)


def domain(name: str) -> str:
    """Texts of a domain next to finance."""
    random = Random(name)  # noqa: S311
    bank = Bank(f"{name}_train", random)
    rows: list[Row] = []
    for label in LABELS:
        rows += distinct(partial(domain_text, bank, label), label, ROWS_PER_LABEL)
    if name in CARELESS:
        rows = [(careless(text, random), label) for text, label in rows]
    random.shuffle(rows)
    return as_csv(rows)


def careless(text: str, random: Random) -> str:
    """Now and then without capitals or with a typo."""
    text = text.lower() if random.random() < 0.2 else text
    return with_typo(text, random) if random.random() < 0.2 else text


def as_csv(rows: Iterable[Row]) -> str:
    """`text,label`, quoted where needed."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([("text", "label"), *rows])
    return out.getvalue()


def files() -> dict[str, bytes]:
    """What every file holds, by its name."""
    tables = {f"headlines_{split}": headlines(split) for split in ("train", "test")}
    tables |= {name: domain(name) for name in DOMAINS}
    made = {f"{name}.csv": content.encode() for name, content in tables.items()}
    return made | {"wires.txt": wires().encode("latin-1")}


def main(arguments: list[str]) -> int:
    """Writes the files, or with --check compares them."""
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    paths = {HERE / name: content for name, content in files().items()}
    stale = {p: c for p, c in paths.items() if not p.is_file() or p.read_bytes() != c}
    for path, content in stale.items():
        if not arguments:
            path.write_bytes(content)
        print(f"{path.name}: {'differs from its banks' if arguments else 'written'}")
    return 1 if arguments and stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
