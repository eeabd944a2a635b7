from pathlib import Path

import pytest

from tickertone.catalog.load import load_catalog
from tickertone.catalog.overlap import alone, knows_all, pool, shared_labels

CATALOG = load_catalog(Path(__file__).resolve().parents[2] / "data")


@pytest.mark.parametrize(
    ("target", "out"),
    [("tfsn", ()), ("fpb_50agree", ("minilm_fpb",)), ("fpb_allagree", ("minilm_fpb",))],
)
def test_a_model_sits_out_the_targets_whose_texts_it_was_trained_on(target, out):
    experiment = CATALOG.experiment("financial")
    members = pool(experiment.targets[target], experiment.models, CATALOG.models, CATALOG)
    assert set(experiment.models) - set(members) == set(out)


SMALL = CATALOG.experiment("domain_adjacent_small")
LEARNERS = ("minilm", "lora", "tfidf")


def of(*sources: str) -> set[str]:
    return {f"{source}_{learner}" for source in sources for learner in LEARNERS}


def small_pool(target: str) -> tuple[str, ...]:
    return pool(SMALL.targets[target], SMALL.combined, CATALOG.models, CATALOG)


@pytest.mark.parametrize(
    ("target", "out"),
    [
        ("amazon", of("amazon")),
        ("cornell", of("cornell", "sst2")),
        ("imdb", of("imdb")),
        ("sst2", of("cornell", "sst2")),
        ("tweets", of("tweets")),
        ("yelp", of("yelp")),
        ("tfsn", set()),
        ("fpb", set()),
    ],
)
def test_members_from_the_targets_own_data_set_or_one_with_its_texts_sit_out(target, out):
    assert len(SMALL.combined) == 18
    assert set(SMALL.combined) - set(small_pool(target)) == out


def test_a_member_without_a_label_of_the_target_takes_part_but_is_no_system():
    target = SMALL.targets["tfsn"]
    members = small_pool("tfsn")
    knowing = {m for m in members if knows_all(m, target, CATALOG.models, CATALOG)}
    assert knowing == of("tweets")
    assert shared_labels("imdb_lora", target, CATALOG.models, CATALOG) == ("negative", "positive")


def test_a_model_tuned_on_a_targets_few_labels_is_scored_there_alone():
    for name, target in SMALL.targets.items():
        scored = alone(target, SMALL.models, CATALOG.models, CATALOG)
        tuned = {m for m in scored if "_ft" in m or "_daft2" in m}
        assert {m.split("_")[0] for m in tuned} == ({name} & {"cornell", "tweets", "tfsn"})
    target = SMALL.targets["cornell"]
    assert {"cornell_ft_k8_d0", "cornell_daft2_3000", "cornell_minilm"} <= {
        *alone(target, SMALL.models, CATALOG.models, CATALOG)
    }
