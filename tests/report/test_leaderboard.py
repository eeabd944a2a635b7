from tickertone.report.leaderboard import p_against_best, rankings, told_apart


def test_rows_are_ranked_by_accuracy_then_log_loss_then_name(findings):
    rows = [
        {**r, "accuracy": 0.8, "log_loss": loss, "system": name}
        for r, loss, name in zip(
            findings.targets["tweets"].leaderboard, (0.5, 0.4, 0.4), ("a", "c", "b"), strict=False
        )
    ]
    assert [r["system"] for r in rankings(rows)["full"].rows] == ["b", "c", "a"]


def test_a_split_without_rows_has_no_ranking():
    assert rankings([]) == {}


def test_the_corrected_p_value_is_preferred():
    assert p_against_best({"p_vs_best": 0.03, "p_holm": 0.09}) == 0.09
    assert p_against_best({"p_vs_best": 0.03}) == 0.03


def test_a_system_without_a_p_value_is_not_told_apart():
    assert not told_apart({"p_vs_best": None})
    assert told_apart({"p_vs_best": 0.049})
    assert not told_apart({"p_vs_best": 0.05})


def test_champions_are_the_best_of_each_kind_best_first(findings):
    ranking = rankings(findings.targets["tweets"].leaderboard)["full"]
    assert [r["system"] for r in ranking.champions] == ["mean", "minilm"]
    assert [r["system"] for r in ranking.level_with_best] == ["minilm"]


def test_a_contaminated_leader_is_neither_the_reference_nor_behind_it(findings):
    rows = [dict(row) for row in findings.targets["tweets"].leaderboard if row["split"] == "full"]
    leader, second = sorted(rows, key=lambda row: -row["accuracy"])[:2]
    leader.update(contaminated="saw the texts", p_vs_best=0.001, p_holm=0.001)
    second.update(p_vs_best=None, p_holm=None)
    ranking = rankings(rows)["full"]
    assert ranking.best is leader
    assert ranking.reference is second
    assert second not in ranking.level_with_best
    assert not ranking.behind(leader)
    assert ranking.behind({**second, "accuracy": 0.1, "p_holm": 0.01})
