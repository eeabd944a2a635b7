import numpy as np
import pytest

from tests.combiners.pools import LABELS, blind, from_probabilities, skilled, without_labels
from tickertone.combiners.dawid_skene import DawidSkene
from tickertone.combiners.evidence import Evidence
from tickertone.combiners.pool import Pool

NO_ROWS = np.empty((1, 0), dtype=np.int64)
SKILLS = {"a": 0.8, "b": 1.5, "c": 1.0, "d": 2.5, "e": 0.5}


def by_the_book(unlabelled, known_votes, known_labels, test, smoothing, kinds=3):
    """The same model as plain loops over texts, members and labels, from the same start."""
    votes = [[int(m.argmax()) for m in text] for text in unlabelled.votes.transpose(1, 0, 2)]
    beliefs = unlabelled.mean_probabilities.tolist()

    def tables():
        shares = [smoothing + sum(b[k] for b in beliefs) for k in range(kinds)]
        shares = [share / sum(shares) for share in shares]
        confusions = []
        for member in range(len(votes[0])):
            table = [[smoothing] * kinds for _ in range(kinds)]
            for text, belief in zip(votes, beliefs, strict=True):
                for k in range(kinds):
                    table[k][text[member]] += belief[k]
            for text, label in zip(known_votes, known_labels, strict=True):
                table[label][text[member]] += 1
            confusions.append([[cell / sum(row) for cell in row] for row in table])
        return shares, confusions

    def believed(text, shares, confusions):
        likely = list(shares)
        for k in range(kinds):
            for member, vote in enumerate(text):
                likely[k] *= confusions[member][k][vote]
        return [one / sum(likely) for one in likely]

    for _ in range(300):
        shares, confusions = tables()
        beliefs = [believed(text, shares, confusions) for text in votes]
    shares, confusions = tables()
    return [believed([int(m.argmax()) for m in t], shares, confusions) for t in test]


@pytest.mark.parametrize("labelled", [0, 1, 12])
def test_it_is_the_model_of_dawid_and_skene_written_out_in_loops(labelled):
    pool, labels = skilled(SKILLS, texts=30)
    unlabelled, _ = skilled(SKILLS, texts=80, seed=1)
    test, _ = skilled(SKILLS, texts=20, seed=2)
    rows = np.arange(labelled)[None]
    fitted = DawidSkene(smoothing=1.0).fit(Evidence(pool, labels, unlabelled), rows)
    known = [[int(m.argmax()) for m in text] for text in pool.votes.transpose(1, 0, 2)[:labelled]]
    expected = by_the_book(
        unlabelled, known, labels[:labelled].tolist(), test.votes.transpose(1, 0, 2), 1.0
    )
    assert np.allclose(fitted.predict(test)[0], expected, atol=1e-6)


def test_without_a_label_it_finds_out_who_is_good():
    unlabelled, _ = skilled({"good": 5.0, "fair": 1.5, "poor": 0.5, "noise": 0.0}, texts=600)
    nothing = Evidence(unlabelled.rows(NO_ROWS[0]), NO_ROWS[0], unlabelled)
    (found,) = DawidSkene(smoothing=1.0).fit(nothing, NO_ROWS).weights
    by_name = dict(zip(unlabelled.members, found, strict=True))
    assert sorted(by_name, key=by_name.get) == ["noise", "poor", "fair", "good"]


def test_without_a_label_it_is_right_more_often_than_the_mean_of_unequal_members():
    members = {"good": 4.0, **{f"noise{i}": 0.7 for i in range(6)}}
    unlabelled, _ = skilled(members, texts=800)
    test, truth = skilled(members, texts=800, seed=1)
    nothing = Evidence(unlabelled.rows(NO_ROWS[0]), NO_ROWS[0], unlabelled)
    decisions = DawidSkene(smoothing=1.0).fit(nothing, NO_ROWS).predict(test)[0].argmax(axis=1)
    mean = (test.mean_probabilities.argmax(axis=1) == truth).mean()
    assert (decisions == truth).mean() > mean + 0.03


def test_with_labels_alone_votes_are_counted():
    rows = [[0.9, 0.1], [0.8, 0.2], [0.3, 0.7], [0.6, 0.4]]
    pool = from_probabilities(a=rows, b=rows[::-1])
    evidence = Evidence(pool, np.array([0, 0, 1, 1]))
    fitted = DawidSkene(smoothing=1.0).fit(evidence, evidence.all_rows)
    # a: of label 0 both votes are 0, of label 1 one is; with 1 added to each cell 3/4 and 2/4.
    assert np.allclose(np.exp(fitted.confusions[0, :, 0]), [[3 / 4, 1 / 4], [2 / 4, 2 / 4]])
    assert np.allclose(np.exp(fitted.shares), 0.5)


def test_how_common_labels_are_is_told_by_the_unlabelled_texts_not_by_the_chosen_few():
    members = {"a": 6.0, "b": 6.0, "c": 6.0}
    pool, labels = skilled(members, texts=400)
    rare, _ = skilled(members, texts=400, seed=1)
    rare = rare.rows(np.flatnonzero(rare.votes[0].argmax(axis=1) != 2))
    few = np.concatenate([np.flatnonzero(labels == kind)[:20] for kind in range(3)])[None]
    fitted = DawidSkene(smoothing=1.0).fit(Evidence(pool, labels, rare), few)
    assert np.exp(fitted.shares[0, 2]) < 0.05


def test_without_unlabelled_texts_and_labels_it_is_the_mean():
    pool, _ = skilled(SKILLS)
    fitted = without_labels(DawidSkene(smoothing=1.0), pool)
    assert np.allclose(fitted.predict(pool)[0], pool.mean_probabilities)


def test_a_member_that_knows_two_of_three_labels_votes_for_these_alone():
    unlabelled, _ = skilled(SKILLS, texts=200)
    unlabelled = blind(unlabelled, d=[1])
    test, truth = skilled(SKILLS, texts=300, seed=1)
    nothing = Evidence(unlabelled.rows(NO_ROWS[0]), NO_ROWS[0], unlabelled)
    fitted = DawidSkene(smoothing=1.0).fit(nothing, NO_ROWS)
    tables = np.exp(fitted.confusions[0, :, unlabelled.members.index("d")])
    assert np.allclose(tables[:, [0, 2]].sum(axis=1), 1)
    others = Pool.gather(
        LABELS, {m: r for m, r in zip(test.members, test.logits, strict=True) if m != "d"}
    )
    decisions = fitted.predict(blind(test, d=[1]))[0].argmax(axis=1)
    without = others.mean_probabilities.argmax(axis=1)
    assert (decisions == truth).mean() > (without == truth).mean()


def test_many_members_do_not_run_into_underflow():
    members = {f"m{i:02}": 2.0 for i in range(60)}
    unlabelled, _ = skilled(members, texts=100)
    nothing = Evidence(unlabelled.rows(NO_ROWS[0]), NO_ROWS[0], unlabelled)
    probabilities = DawidSkene(smoothing=0.01).fit(nothing, NO_ROWS).predict(unlabelled)
    assert np.isfinite(probabilities).all()
