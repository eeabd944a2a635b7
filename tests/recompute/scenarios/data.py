"""Texts, labels and what the catalog says of data sets."""

import hashlib

from tests.dag.bench import Bench
from tests.recompute.around import Around
from tests.recompute.scenario import Scenario

NEW = [
    ("Quillmere books a record quarter", "positive"),
    ("Ostrava Foods moves its head office to the harbour", "neutral"),
    ("Lantern Rail warns of a deep loss", "negative"),
    ("Two directors join the board of Pellworth", "neutral"),
    ("Orders at Hadley Cranes doubled over the summer", "positive"),
    ("Kestrel Glass shuts a furnace and lets ninety people go", "negative"),
    ("The annual meeting of Brightwater takes place in May", "neutral"),
    ("Margins at Tamarind Tea are the widest in a decade", "positive"),
    ("Regulators fine Corvid Bank over late filings", "negative"),
    ("Shares of Nettlefold jump after a takeover bid", "positive"),
]
TRAINING_ROW = ["Quillmere cuts its outlook for a third time", "negative"]
HEADLINES_TEST = (
    "validate demo_headlines",
    "extract */demo_headlines",
    "combine small/headlines/*",
    "evaluate small/headlines",
)
WIRES = (
    "validate demo_wires",
    "extract */demo_wires",
    "combine small/wires/*",
    "evaluate small/wires",
)
AFTER_INGEST = ("validate *", "finetune *", "extract *", "combine *", "evaluate *", "report small")


def ten_new_rows(bench: Bench, _around: Around) -> None:
    rows = bench.rows("headlines_test.csv")
    bench.write_rows("headlines_test.csv", [*rows, *NEW])


def lost_row(bench: Bench, _around: Around) -> None:
    path = bench.data / "demo" / "wires.txt"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[1:]))


def relabelled_row(bench: Bench, _around: Around) -> None:
    rows = bench.rows("headlines_test.csv")
    rows[1][1] = "neutral" if rows[1][1] != "neutral" else "positive"
    bench.write_rows("headlines_test.csv", rows)


def other_order(bench: Bench, _around: Around) -> None:
    header, *rows = bench.rows("headlines_test.csv")
    bench.write_rows("headlines_test.csv", [header, *reversed(rows)])


def new_training_row(bench: Bench, _around: Around) -> None:
    bench.write_rows("headlines_train.csv", [*bench.rows("headlines_train.csv"), TRAINING_ROW])


def text_of_another_data_set(bench: Bench, _around: Around) -> None:
    text, label = bench.rows("headlines_test.csv")[1]
    path = bench.data / "demo" / "wires.txt"
    path.write_bytes(path.read_bytes() + f"{text}@{label}\n".encode("latin-1"))


def new_data_set(bench: Bench, _around: Around) -> None:
    catalog_alone(bench, _around)
    split = {"dataset": "demo_notes", "split": "test"}

    def aim(content):
        content["targets"]["notes"] = {**content["targets"]["wires"], "test": split}

    bench.edit("experiments/small.yaml", aim)


def catalog_alone(bench: Bench, _around: Around) -> None:
    bench.write_rows("notes.csv", [["text", "label"], *NEW])

    def add(content):
        notes = dict(content["datasets"]["demo_wires"])
        notes["reader"] = {"kind": "delimited"}
        notes["splits"] = {"test": {"role": "test", "files": [{"file": "notes.csv"}]}}
        content["datasets"]["demo_notes"] = notes

    bench.edit("datasets.yaml", add)


def stanza(name: str, **changes):
    def change(bench: Bench, _around: Around) -> None:
        bench.edit("datasets.yaml", lambda content: content["datasets"][name].update(changes))

    return change


def label_that_no_row_has(bench: Bench, _around: Around) -> None:
    def add(content):
        content["datasets"]["demo_wires"]["labels"]["up"] = "positive"

    bench.edit("datasets.yaml", add)


def other_label_map(bench: Bench, _around: Around) -> None:
    def turn(content):
        wires = content["datasets"]["demo_wires"]
        wires["labels"]["neutral"] = "positive"
        wires["drift"] = {"warn": 1, "stop": 1}

    bench.edit("datasets.yaml", turn)


def pinned_file(bench: Bench, _around: Around) -> None:
    data = (bench.data / "demo" / "wires.txt").read_bytes()

    def pin(content):
        (file,) = content["datasets"]["demo_wires"]["splits"]["test"]["files"]
        file["sha256"] = hashlib.sha256(data).hexdigest()

    bench.edit("datasets.yaml", pin)


def other_licence(bench: Bench, _around: Around) -> None:
    def rename(content):
        content["datasets"]["demo_headlines"]["licence"]["name"] = "CC-BY-4.0"

    bench.edit("datasets.yaml", rename)


def missing_source(bench: Bench, _around: Around) -> None:
    (bench.data / "demo" / "wires.txt").unlink()


def sample_of_the_test_set(bench: Bench, _around: Around) -> None:
    drawn = {"test_30": {"of": "test", "rows": 30}}
    bench.edit("datasets.yaml", lambda c: c["datasets"]["demo_headlines"].update(samples=drawn))


SCENARIOS = [
    Scenario(
        "a sample is drawn that no target asks for",
        sample_of_the_test_set,
        will=("validate demo_headlines",),
        may=("report small",),
        spared=("finetune *", "extract *", "combine *", "evaluate *"),
    ),
    Scenario(
        "a test set gains ten rows",
        ten_new_rows,
        will=("ingest demo_headlines",),
        may=(*HEADLINES_TEST, "report small"),
        scored={"extract words/demo_headlines": 10, "extract letters/demo_headlines": 10},
        why=("ingest demo_headlines", "10 new rows in demo_headlines test"),
    ),
    Scenario(
        "a test set loses a row",
        lost_row,
        will=("ingest demo_wires",),
        may=(*WIRES, "report small"),
        scored={"extract words/demo_wires": None, "extract letters/demo_wires": None},
        why=("ingest demo_wires", "1 row gone from demo_wires test"),
    ),
    Scenario(
        "a test row is relabelled",
        relabelled_row,
        will=("ingest demo_headlines",),
        may=("validate demo_headlines", "evaluate small/headlines", "report small"),
        spared=("extract */demo_headlines", "combine small/headlines/*"),
        why=("ingest demo_headlines", "1 row relabelled in demo_headlines test"),
    ),
    Scenario(
        "test rows change places",
        other_order,
        will=("ingest demo_headlines",),
        spared=(*HEADLINES_TEST, "report small"),
        why=("ingest demo_headlines", "demo_headlines test changed, its rows did not"),
    ),
    Scenario(
        "a training set gains a row",
        new_training_row,
        will=("ingest demo_headlines",),
        may=AFTER_INGEST,
        why=("ingest demo_headlines", "1 new row in demo_headlines train"),
    ),
    Scenario(
        "a test set gains a text that another one has, which is not scored again",
        text_of_another_data_set,
        will=("ingest demo_wires",),
        may=(*WIRES, "report small"),
        scored={"extract words/demo_wires": None, "extract letters/demo_wires": None},
    ),
    Scenario(
        "a new data set is aimed at",
        new_data_set,
        will=("ingest demo_notes",),
        may=(
            "validate demo_notes",
            "extract */demo_notes",
            "combine small/notes/*",
            "evaluate small/notes",
            "report small",
        ),
        scored={"extract words/demo_notes": 10, "extract letters/demo_notes": 10},
        why=("extract words/demo_notes", "never run before"),
    ),
    Scenario("a data set is added that no experiment asks for", catalog_alone, same_data=True),
    Scenario(
        "a label is added to the label map that no row has",
        label_that_no_row_has,
        will=("ingest demo_wires",),
        spared=(*WIRES, "report small"),
        why=("ingest demo_wires", "dataset.labels.up added: positive"),
        same_data=True,
    ),
    Scenario(
        "a label map gives rows other labels",
        other_label_map,
        will=("ingest demo_wires",),
        may=("validate demo_wires", "evaluate small/wires", "report small"),
        spared=("extract */demo_wires", "combine small/wires/*"),
        why=("ingest demo_wires", "dataset.labels.neutral neutral -> positive"),
    ),
    Scenario(
        "a file that is there is pinned in the catalog",
        pinned_file,
        will=("ingest demo_wires",),
        spared=(*WIRES, "report small"),
        same_data=True,
    ),
    Scenario(
        "a data set is given another title",
        stanza("demo_wires", title="Wires"),
        will=("report small",),
        same_data=True,
        why=("report small", "datasets.demo_wires.title"),
    ),
    Scenario("a data set's licence is renamed", other_licence, will=("report small",)),
    Scenario(
        "how far labels may drift is changed",
        stanza("demo_wires", drift={"warn": 0.1, "stop": 0.3}),
        same_data=True,
    ),
    Scenario(
        "the file of a test set is gone",
        missing_source,
        will=("report small",),
        blocked=("ingest demo_wires", *WIRES),
        why=("validate demo_wires", "needs ingest demo_wires"),
    ),
]
