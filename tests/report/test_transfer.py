from tests.report.adjacent import adjacent_findings
from tickertone.report.transfer import scores


def test_each_score_has_its_own_name_and_its_agreement_by_target():
    leep, own, logme = scores(adjacent_findings())
    assert (leep.name, own.name, logme.name) == ("LEEP", "The paper's own score", "LogME")
    assert leep.on("imdb")["tau"] == 0.62
    assert leep.on("imdb")["models"] == 15
    assert logme.on("imdb")["tau"] is None
    assert leep.on("elsewhere") is None


def test_an_experiment_that_asks_for_none_has_none(findings):
    assert scores(findings) == []
