import json
from hashlib import sha256
from zipfile import ZipFile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tickertone.errors import CheckError, DataError, StoreError
from tickertone.identity.canonical import digest
from tickertone.identity.text import example_id, text_id
from tickertone.stages import validate
from tickertone.stages.work import Work

LABELS = ["negative", "neutral", "positive"]
COLUMNS = pa.schema(
    [(n, pa.string()) for n in ("example_id", "text_id", "text", "text_b", "label", "entity")]
)


def sentences(count, *, start=0):
    """Sentences that share no words, so that none are near-twins."""
    words = [sha256(str(start + i).encode()).hexdigest() for i in range(count)]
    return [f"{w[:8]} {w[8:20]} {w[20:30]}" for w in words]


def snapshot(texts, labels=None, entities=None):
    labels = labels or [LABELS[i % 3] for i in range(len(texts))]
    rows = [
        {
            "example_id": example_id("demo", text_id(text), entity),
            "text_id": text_id(text),
            "text": text,
            "text_b": None,
            "label": label,
            "entity": entity,
        }
        for text, label, entity in zip(texts, labels, entities or [None] * len(texts), strict=True)
    ]
    return pa.Table.from_pylist(rows, schema=COLUMNS).sort_by("example_id")


def quarantined(*rows):
    names = ("split", "line", "reason", "text")
    columns = list(zip(*rows, strict=True)) if rows else [()] * 4
    types = (pa.string(), pa.int64(), pa.string(), pa.string())
    return pa.table([pa.array(c, t) for c, t in zip(columns, types, strict=True)], names=names)


@pytest.fixture
def run(tmp_path):
    """Run the stage on tables; a `folder` of outputs and pages stays for the test to look at."""

    def run(
        tables,
        *,
        against=None,
        bad=(),
        carve=(("dev", 0.2),),
        related=(),
        rows=None,
        subject="demo",
        name="demo",
        task=LABELS,
        samples=None,
    ):
        folder = tmp_path / subject
        (folder / "out").mkdir(parents=True)
        roles = {**tables, "quarantine": quarantined(*bad)}
        roles |= {f"against:{name}": table for name, table in (against or {}).items()}
        inputs = {}
        for role, table in roles.items():
            inputs[role] = (folder / f"{role.replace(':', '-')}.parquet",)
            pq.write_table(table, inputs[role][0])
        splits = {
            name: {
                "role": "train" if name == "train" else "test",
                "rows": (rows or {}).get(name),
            }
            for name in tables
        }
        work = Work(
            subject=subject,
            settings={
                "name": name,
                "dataset": {
                    "labels": LABELS,
                    "splits": splits,
                    "carve": [*map(list, carve)],
                    "related": [*related],
                    "max_characters": 100,
                    "samples": samples or {},
                },
                "task": {"name": "demo", "labels": list(task), "pairs": False},
            },
            inputs=inputs,
            notes={},
            contents={},
            out=folder / "out",
            scratch=folder,
            shards=folder,
            reports=tmp_path / "reports",
            project=folder,
            say=lambda line: None,
        )
        return validate.run(work)

    return run


def table_of(product, name):
    return pq.read_table(*product.outputs[name].files)


def pages_of(product):
    (path,) = product.outputs["data_docs"].files
    with ZipFile(path) as archive:
        return archive.namelist()


def checks_of(product):
    (path,) = product.outputs["checks"].files
    return {check["check"]: check for check in json.loads(path.read_text())}


def test_sound_data_passes_every_check(run):
    product = run({"train": snapshot(sentences(60)), "test": snapshot(sentences(20, start=60))})
    checks = checks_of(product)
    assert all(check["success"] for check in checks.values())
    assert {frozenset(check) for check in checks.values()} == {
        frozenset({"check", "severity", "success", "detail"})
    }
    assert product.facts["summary"] == f"{len(checks)} of {len(checks)} checks passed."


def test_dev_takes_its_rows_from_train_and_none_is_lost(run):
    train = snapshot(sentences(60))
    product = run(
        {"train": train},
        bad=[("train", 9, "exact repeat of line 2 of a.csv", "x")],
        rows={"train": 61},
    )
    parts = [table_of(product, name)["example_id"].to_pylist() for name in ("train", "dev")]
    assert all(parts)
    assert sorted(parts[0] + parts[1]) == train["example_id"].to_pylist()
    facts = product.facts["splits"]
    assert sum(split["rows_read"] for split in facts.values()) == 61
    for split in facts.values():
        assert split["rows_accepted"] + split["rows_quarantined"] == split["rows_read"]


PARTS = (("dev", 0.15), ("labels", 0.2), ("unlabelled", 0.2), ("test", 0.2))


def test_parts_of_a_target_are_disjoint_and_dev_is_what_it_is_without_them(run):
    train = snapshot(sentences(200))
    product = run({"train": train}, carve=PARTS)
    names = ["train", *(part for part, _ in PARTS)]
    parts = {name: table_of(product, name)["example_id"].to_pylist() for name in names}
    assert all(parts.values())
    assert sorted(of for ids in parts.values() for of in ids) == train["example_id"].to_pylist()
    alone = run({"train": train}, carve=PARTS[:1], subject="dev alone")
    assert table_of(alone, "dev")["example_id"].to_pylist() == parts["dev"]


def test_labels_and_unlabelled_hold_no_twin_of_a_test_row(run):
    train = sentences(200)
    leaked = [text.upper() + "!" for text in train[::2]]
    tables = {"train": snapshot(train), "test": snapshot(leaked)}
    product = run(tables, carve=PARTS[:3])
    for part in ("labels", "unlabelled"):
        texts = {*table_of(product, part)["text"].to_pylist()}
        assert texts
        assert not texts & {*train[::2]}
    alone = run(tables, carve=PARTS[:1], subject="dev alone")
    dev = [table_of(made, "dev")["example_id"].to_pylist() for made in (product, alone)]
    assert dev[0] == dev[1]
    rows = sum(f["rows_accepted"] for name, f in product.facts["splits"].items() if name != "test")
    assert rows == 200


def test_a_carved_test_is_compared_with_other_data_sets_and_not_with_its_own_train(run):
    own, elsewhere = sentences(200), sentences(200)[:3]
    product = run({"train": snapshot(own)}, carve=PARTS, against={"tweets": snapshot(elsewhere)})
    rows = table_of(product, "test").to_pylist()
    assert {r["text"] for r in rows if not r["clean"]} == {r["text"] for r in rows} & {*elsewhere}
    assert all(table_of(product, "labels")["clean"].to_pylist())


def test_many_texts_in_common_with_another_train_stop_until_they_are_declared(run):
    texts = sentences(60)
    tables = {"train": snapshot(sentences(60, start=100)), "test": snapshot(texts)}
    against = {"tweets": snapshot(texts[:9])}
    with pytest.raises(DataError, match="9 of 60 rows with a near-twin") as error:
        run(tables, against=against)
    assert error.value.remedy.startswith("declare them related: give demo and tweets the same word")
    product = run(tables, against=against, related=("tweets",), subject="declared")
    assert product.facts["splits"]["test"]["clean"] == 51


def test_a_balanced_sample_has_as_many_of_each_label(run):
    labels = ["neutral"] * 40 + ["negative", "positive"] * 10
    product = run(
        {"train": snapshot(sentences(60)), "test": snapshot(sentences(60, start=60), labels)},
        samples={"test_15": {"of": "test", "rows": 15, "balanced": True}},
    )
    assert sorted(table_of(product, "test_15")["label"].to_pylist()) == sorted(LABELS * 5)


def test_test_rows_with_a_twin_in_train_or_elsewhere_are_not_clean(run):
    train, other, test = sentences(60), sentences(10, start=100), sentences(20, start=200)
    leaked = [*test, train[3].upper() + "!", other[5] + " https://example.org/1"]
    product = run(
        {"train": snapshot(train), "test": snapshot(leaked)}, against={"tweets": snapshot(other)}
    )
    table = table_of(product, "test")
    unclean = {r["text"] for r in table.to_pylist() if not r["clean"]}
    assert unclean == set(leaked[-2:])
    twins = {
        (t["example_id"], t["twin_dataset"]) for t in table_of(product, "near_twins").to_pylist()
    }
    ids = {r["text"]: r["example_id"] for r in table.to_pylist()}
    assert twins == {(ids[leaked[-2]], "demo"), (ids[leaked[-1]], "tweets")}
    check = checks_of(product)["test shares no near-twin with train"]
    assert not check["success"]
    assert "2 of 22 rows" in check["detail"]
    assert "1 in demo, 1 in tweets" in check["detail"]
    assert product.facts["splits"]["test"]["clean"] == 20
    assert (
        product.facts["splits"]["dev"]["clean"] == product.facts["splits"]["dev"]["rows_accepted"]
    )


def test_one_text_with_two_labels_is_a_warning(run):
    texts = sentences(60)
    entities = ["A", *[None] * 59, "B"]
    labels = [*[LABELS[i % 3] for i in range(60)], "positive"]
    product = run({"train": snapshot([*texts, texts[0]], labels, entities)})
    check = checks_of(product)["near-twins agree on the label"]
    assert (check["severity"], check["success"]) == ("warning", False)
    assert "found 1 pairs with different labels, 1 of them of one text" in check["detail"]


@pytest.mark.parametrize(
    ("change", "check"),
    [
        (
            {"tables": {"train": snapshot(sentences(60), ["neutral"] * 60)}},
            "every label is in train",
        ),
        ({"tables": {"train": snapshot(["x" * 101, *sentences(60)])}}, "text is not too long"),
        ({"task": ["negative", "neutral"]}, "label belongs to the task"),
        ({"rows": {"train": 61}}, "accepted + quarantined = rows of the pinned files"),
        ({"bad": [("train", n, "empty text", "") for n in range(20)]}, "quarantined share"),
    ],
    ids=["no label", "too long", "strange label", "rows missing", "much quarantined"],
)
def test_a_critical_failure_names_the_data_set_the_check_and_the_page(run, tmp_path, change, check):
    sound = {"tables": {"train": snapshot(sentences(60))}}
    arguments = sound | change
    with pytest.raises(DataError) as caught:
        run(arguments.pop("tables"), **arguments)
    page = tmp_path / "reports" / "data-docs" / "demo" / "index.html"
    assert caught.value.place == "data set demo"
    assert f"[{check}]" in caught.value.found
    assert "expected" in caught.value.found
    assert str(page) in caught.value.remedy
    assert "failed (critical)" in page.read_text()


def test_many_exact_repeats_are_only_a_warning(run):
    bad = [("train", n, "exact repeat of line 1 of a.csv", "x") for n in range(20)]
    check = checks_of(run({"train": snapshot(sentences(60))}, bad=bad))["share of exact repeats"]
    assert (check["severity"], check["success"]) == ("warning", False)


def test_a_broken_check_is_not_reported_as_bad_data(run, monkeypatch):
    import great_expectations.expectations as gxe

    def broken(_rules):
        meta = {"check": "broken", "expected": "a verdict"}
        return [
            gxe.ExpectColumnValuesToMatchRegex(
                column="label", regex="(", severity="critical", meta=meta
            )
        ]

    monkeypatch.setattr(validate, "row_expectations", broken)
    with pytest.raises(CheckError, match="the check itself broke"):
        run({"train": snapshot(sentences(60))})


def test_identities_follow_what_is_read_and_not_the_labels(run):
    texts = sentences(60)
    labels = [LABELS[i % 3] for i in range(60)]
    one = run({"train": snapshot(texts, labels)})
    other = run({"train": snapshot(texts, labels[1:] + labels[:1])}, subject="other")
    for part in ("train.texts", "train.examples", "dev.texts", "dev.examples"):
        assert one.outputs[part].content == other.outputs[part].content
        assert one.outputs[part].files[0].read_bytes() != other.outputs[part].files[0].read_bytes()
    assert one.outputs["train"].content is None


def test_the_same_input_gives_the_same_bytes(run):
    tables = {"train": snapshot(sentences(60)), "test": snapshot(sentences(9, start=60))}
    one, other = run(tables), run(tables, subject="demo2")
    for name, made in one.outputs.items():
        assert made.content == other.outputs[name].content
        if name != "data_docs":  # its pages say when they were made
            assert [f.read_bytes() for f in made.files] == [
                f.read_bytes() for f in other.outputs[name].files
            ]


def test_what_is_made_depends_on_the_name_in_the_settings_and_not_on_the_subject(run):
    train = sentences(60)
    tables = {"train": snapshot(train), "test": snapshot([*sentences(9, start=60), train[3] + "!"])}
    product = run(tables, subject="step", name="tweets")
    assert set(table_of(product, "near_twins")["twin_dataset"].to_pylist()) == {"tweets"}
    assert not [name for name in pages_of(product) if "step" in name]
    assert any("tweets_rows" in name for name in pages_of(product))


def test_data_docs_are_an_output_and_on_success_nothing_else(run, tmp_path):
    product = run({"train": snapshot(sentences(60))})
    assert not (tmp_path / "reports").exists()
    assert "index.html" in pages_of(product)
    (listed,) = product.outputs["checks"].files
    assert product.outputs["data_docs"].content == digest(json.loads(listed.read_text()))


def test_after_a_critical_failure_the_pages_say_of_no_validation_that_they_are_its(run, tmp_path):
    with pytest.raises(DataError):
        run({"train": snapshot(sentences(60))}, rows={"train": 61})
    folder = tmp_path / "reports" / "data-docs" / "demo"
    assert (folder / "index.html").exists()
    assert not (folder / ".fingerprint").exists()


def test_a_snapshot_without_a_column_is_a_fault_of_the_store(run):
    with pytest.raises(StoreError, match="no column label"):
        run({"train": snapshot(sentences(60)).drop_columns("label")})


def test_a_sample_is_a_split_of_its_own_with_rows_of_another(run):
    product = run(
        {"train": snapshot(sentences(60)), "test": snapshot(sentences(30, start=60))},
        samples={"test_12": {"of": "test", "rows": 12}, "dev_3": {"of": "dev", "rows": 3}},
    )
    whole, drawn = table_of(product, "test"), table_of(product, "test_12")
    assert drawn.column_names == whole.column_names
    assert sorted(drawn["label"].to_pylist()) == sorted(LABELS * 4)
    assert set(drawn["example_id"].to_pylist()) < set(whole["example_id"].to_pylist())
    assert len(table_of(product, "dev_3")) == 3
    assert {"test_12.texts", "test_12.examples"} <= set(product.outputs)
    assert product.facts["splits"]["test_12"]["rows_accepted"] == 12
