from tests.report.adjacent import TARGETS, adjacent_findings
from tickertone.report.improvement import improvement_section


def test_ensembles_stand_in_the_order_of_combiners_and_labels_with_a_figure_a_target():
    section = improvement_section(adjacent_findings())
    assert section.targets == [*TARGETS]
    assert [(name, k) for name, k, _ in section.rows][:3] == [
        ("half_hard_mean", 0),
        ("least_squares_sgd", 0),
        ("least_squares_sgd", 1),
    ]
    assert all(len(figures) == 8 for _, _, figures in section.rows)
    assert section.ensemble == ("half_hard_mean", 0)


def test_without_ensembles_there_is_nothing_to_compare(findings):
    assert improvement_section(findings) is None
