from pathlib import Path

import pytest

from tickertone.catalog.bases import FilesSpec
from tickertone.catalog.load import load_catalog
from tickertone.catalog.snapshots import ParquetReader
from tickertone.errors import ConfigError
from tickertone.workspace import Workspace


def mistake(data: Path, file: str, old: str, new: str) -> ConfigError:
    """The error that one replaced piece of a file leads to."""
    text = (data / file).read_text()
    assert old in text
    (data / file).write_text(text.replace(old, new, 1))
    with pytest.raises(ConfigError) as caught:
        load_catalog(data)
    return caught.value


def test_the_catalog_that_ships_with_us_is_without_mistake():
    catalog = load_catalog(Workspace.find(Path(__file__).parent).data)
    assert "demo" in catalog.experiments
    assert catalog.tasks["financial_sentiment"].labels == ("negative", "neutral", "positive")
    elsewhere = [spec for spec in catalog.datasets.values() if spec.source.local is None]
    seen = [s for s in elsewhere if not isinstance(s.reader, ParquetReader)]
    files = [f for spec in seen for split in spec.splits.values() for f in split.files]
    assert len(files) == 49
    assert all(file.sha256 for file in files)
    assert all(file.rows for file in files if not file.file.endswith("_labels.txt"))
    assert len(elsewhere) - len(seen) == 9  # from the Hub alone


def test_a_catalog_is_read_as_a_whole(data: Path):
    catalog = load_catalog(data)
    assert list(catalog.datasets) == ["tweets", "tweets_again", "news", "blogs", "topics"]
    assert catalog.models["bag"].trained_on == ("tweets",)
    assert catalog.experiment("first").title == "First"
    assert catalog.published == ()
    assert catalog.folder == data


def test_the_registry_knows_which_base_has_seen_what(data: Path):
    catalog = load_catalog(data)
    assert catalog.contaminated(FilesSpec(hub="someone/bert"), "news") == "its card"
    assert catalog.contaminated(FilesSpec(hub="someone/bert"), "tweets") is None
    assert catalog.contaminated(FilesSpec(hub="other/bert"), "news") is None


@pytest.mark.parametrize(
    "folder", ["bert", "/models/BERT", "hub/models--someone--bert/snapshots/0123", "someone/bert/"]
)
def test_a_copy_in_a_folder_has_seen_what_the_base_of_that_name_has(data: Path, folder: str):
    assert load_catalog(data).contaminated(FilesSpec(folder=folder), "news") == "its card"


@pytest.mark.parametrize("folder", ["other", "bert-tiny", "someone/other"])
def test_a_folder_of_another_name_is_not_known_to_have_seen_anything(data: Path, folder: str):
    assert load_catalog(data).contaminated(FilesSpec(folder=folder), "news") is None


def test_published_figures_are_read(data: Path):
    (data / "published.yaml").write_text(
        "published:\n- {target: news, system: S, accuracy: 0.9, macro_f1: null, source: a paper}\n"
    )
    (row,) = load_catalog(data).published
    assert (row.system, row.accuracy, row.macro_f1, row.weighted_f1) == ("S", 0.9, None, None)


def test_a_published_figure_for_a_target_that_no_experiment_has_is_refused(data: Path):
    (data / "published.yaml").write_text(
        "published:\n- {target: newz, system: S, accuracy: 0.9, source: a paper}\n"
    )
    with pytest.raises(ConfigError) as caught:
        load_catalog(data)
    assert caught.value.place == "data/published.yaml, published.0.target"
    assert caught.value.remedy == "did you mean 'news'?"


def test_a_base_that_has_seen_what_no_data_set_is_related_to_is_refused(data: Path):
    error = mistake(data, "datasets.yaml", "related: news, source", "related: newz, source")
    assert error.place == "data/datasets.yaml, contamination.0.related"
    assert error.expected == "one of tweets, news"
    assert error.remedy == "did you mean 'news'?"


def test_dev_is_carved_from_a_split_that_may_be_learnt_from(data: Path):
    error = mistake(data, "datasets.yaml", "train: {role: train", "train: {role: test")
    assert error.place == "data/datasets.yaml, datasets.tweets"
    assert error.found == "carve needs a split called train, with role train"


def test_an_unknown_experiment_is_answered_with_those_there_are(data: Path):
    with pytest.raises(ConfigError) as caught:
        load_catalog(data).experiment("frist")
    assert caught.value.expected == "one of first"
    assert caught.value.remedy == "did you mean 'first'?"


def test_a_file_that_is_missing_is_named(data: Path):
    (data / "models.yaml").unlink()
    with pytest.raises(ConfigError, match=r"data/models\.yaml: no such file"):
        load_catalog(data)


@pytest.mark.parametrize(
    ("old", "new", "place", "found", "expected"),
    [
        ("2e-5", "-1", "models.small.learning_rate", "-1", "greater than 0"),
        ("2e-5", "fast", "models.small.learning_rate", "'fast'", "a valid number"),
        ("tuning: full", "tuning: ful", "models.small.tuning", "'ful'", "one of full, lora"),
        ("family: encoder", "family: encodr", "models.small", "family: 'encodr'", "one of linear"),
        ("kind: tfidf", "kind: tfid", "models.bag.features", "kind: 'tfid'", "one of tfidf"),
        ("    tuning: full\n", "", "models.small.tuning", "the field is missing", "a value"),
        ("[tweets]", "tweets", "models.bag.trained_on", "'tweets'", "tuple"),
        ("hub: someone/bert", "hub: x, folder: y", "models.small.base", "exactly one of", ""),
        ("  bag:", "  Bag:", "models.Bag", "'Bag'", "pattern"),
        ("models:", "model:", "model", "unknown field", "one of models"),
    ],
)
def test_a_mistake_in_a_model_names_stanza_field_finding_and_what_is_allowed(
    data, old, new, place, found, expected
):
    error = mistake(data, "models.yaml", old, new)
    assert error.place == f"data/models.yaml, {place}"
    assert found in error.found
    assert expected in error.expected


@pytest.mark.parametrize(
    ("file", "old", "new", "meant"),
    [
        ("models.yaml", "learning_rate", "learning_rat", "learning_rate"),
        ("models.yaml", "hub:", "hubb:", "hub"),
        ("datasets.yaml", "carve: {dev: 0.1}", "crave: {dev: 0.1}", "carve"),
        ("datasets.yaml", "local: tweets", "locl: tweets, mirror: x", "local"),
        ("datasets.yaml", "file: train.csv", "flie: x, file: train.csv", "file"),
        ("experiments/first.yaml", "combiners:", "combinners:", "combiners"),
        ("experiments/first.yaml", "kind: mean", "kind: mena", "mean"),
        ("experiments/first.yaml", "fit_on", "fit_onn", "fit_on"),
    ],
)
def test_a_misspelt_name_is_answered_with_the_nearest_allowed_one(data, file, old, new, meant):
    error = mistake(data, file, old, new)
    assert error.remedy.startswith(f"did you mean '{meant}'?")
    assert error.place.startswith(f"data/{file}")


def test_an_unquoted_number_as_label_is_answered_with_how_to_write_it(data: Path):
    error = mistake(data, "datasets.yaml", '"0": negative', "0: negative")
    assert error.place == "data/datasets.yaml, datasets.tweets.labels.0"
    assert error.found == "the key 0"
    assert error.remedy.startswith('put it in quotes: "0"')


@pytest.mark.parametrize(
    ("old", "new", "place", "found"),
    [
        ('"1": positive', '"1": good', "labels", "'good' is not one of negative, positive"),
        ("task: mood", "task: moods", "task", "'moods' is not one of mood, topic"),
        ("related: tweets", "check_against: [twets]", "check_against", "'twets' is not one of"),
        ("related: tweets", "check_against: [news]", "check_against", "'news' has no split called"),
    ],
)
def test_a_name_that_does_not_resolve_within_data_sets_is_told(data, old, new, place, found):
    error = mistake(data, "datasets.yaml", old, new)
    assert error.place == f"data/datasets.yaml, datasets.tweets.{place}"
    assert found in error.found


@pytest.mark.parametrize(
    ("file", "old", "new", "found"),
    [
        ("models.yaml", "[tweets]", "[tweets, tweets]", "trained_on names a data set twice"),
        ("models.yaml", "kind: tfidf", "kind: tfidf, word_ngrams: [2, 1]", "word_ngrams: [2, 1]"),
        ("models.yaml", "kind: tfidf", "kind: tfidf, char_ngrams: [0, 3]", "char_ngrams: [0, 3]"),
        ("experiments/first.yaml", "[bag, small]", "[bag, bag]", "models names a model twice"),
    ],
)
def test_what_makes_no_sense_by_itself_is_refused(data, file, old, new, found):
    error = mistake(data, file, old, new)
    assert error.place.startswith(f"data/{file}")
    assert found in error.found


def test_several_mistakes_are_counted(data: Path):
    error = mistake(data, "models.yaml", "tuning: full", "tuning: ful\n    epochs: 0")
    assert "1 more" in error.remedy


@pytest.mark.parametrize("text", ["just words\n", "- a\n- b\n"])
def test_a_file_that_is_no_mapping_is_told(data: Path, text: str):
    (data / "models.yaml").write_text(text)
    with pytest.raises(ConfigError, match="not a mapping"):
        load_catalog(data)
