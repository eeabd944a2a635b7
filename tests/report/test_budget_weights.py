import re
from dataclasses import replace

from tests.report.adjacent import adjacent_findings
from tickertone.report.budget_weights import budget_weight_rows, weight_section
from tickertone.report.findings import TargetFindings


def weights(value, member="amazon_lora"):
    return TargetFindings(
        budget_weights={"adaptive": [{"k": 8, "member": member, "weight": value}]}
    )


def test_a_member_is_averaged_over_the_targets_in_whose_pool_it_is():
    targets = {"imdb": weights(0.2), "yelp": weights(0.4), "sst2": weights(1.0, "imdb_lora")}
    section = weight_section(replace(adjacent_findings(), targets=targets))
    assert (section.combiner, section.targets) == ("adaptive", 3)
    assert re.findall(r">([01]\.\d{3})<", section.chart) == ["0.300", "1.000"]


def test_rows_say_target_and_combiner():
    rows = budget_weight_rows(replace(adjacent_findings(), targets={"imdb": weights(0.2)}))
    assert rows == [
        {"target": "imdb", "combiner": "adaptive", "k": 8, "member": "amazon_lora", "weight": 0.2}
    ]


def test_without_a_compared_combiner_there_is_no_map():
    assert weight_section(replace(adjacent_findings(), compared=None)) is None
