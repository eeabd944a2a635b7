"""Made-up findings of an experiment like those of arXiv 2406.13720: 18 members, 8 targets."""

from math import log2
from typing import Any

from tests.report.conftest import row
from tickertone.report.findings import Findings, TargetFindings

SOURCES = ("amazon", "cornell", "imdb", "sst2", "tweets", "yelp")
LEARNERS = ("minilm", "lora", "tfidf")
MEMBERS = [f"{source}_{learner}" for source in SOURCES for learner in LEARNERS]
TARGETS = (*SOURCES, "tfsn", "fpb")
BUDGETS = (0, 1, 2, 4, 8, 16, 32, 64, 128)
KINDS = {
    "adaptive": "adaptive",
    "mean": "mean",
    "half_hard_mean": "half_hard_mean",
    "majority_vote": "majority_vote",
    "least_squares_sgd": "least_squares_sgd",
    "stacking": "stacking",
}
_GAIN = {"adaptive": 0.009, "least_squares_sgd": 0.006, "stacking": 0.011}  # by doubling of labels
_TUNED = {"FT": 0.62, "DA(FT)^2": 0.78}


def pool(target: str) -> list[str]:
    """All members but the target's own, and where labels are three, those of the tweets."""
    return [member for member in MEMBERS if not member.startswith(target)]


def member_accuracy(member: str, target: str) -> float:
    """Some figure that is never twice the same."""
    place = MEMBERS.index(member) * 7 + TARGETS.index(target) * 3
    return round(0.87 - 0.04 * LEARNERS.index(member.split("_")[1]) - 0.003 * (place % 17), 4)


def ensemble_accuracy(combiner: str, target: str, k: int) -> float:
    """Without a label that of the mean; the more labels the better, if it learns."""
    start = 0.83 - 0.01 * (TARGETS.index(target) % 3)
    if combiner not in _GAIN or k == 0:
        return start + 0.002 * (combiner == "half_hard_mean")
    dip = 0.02 if combiner == "stacking" and k < 4 else 0.0
    return start + _GAIN[combiner] * log2(2 * k) - dip


def curve(target: str, option: str, name: str, k: int | None, mean: float) -> dict[str, Any]:
    spread = 0.0 if k in {0, None} else 0.03 / (1 + (k or 0)) ** 0.3
    return {
        "target": target,
        "option": option,
        "combiner": name,
        "k": k,
        "draws": 20 if k else 1,
        "accuracy_mean": mean,
        "accuracy_min": mean - spread,
        "accuracy_max": mean + spread,
        "accuracy_se": None,
        "macro_f1_mean": mean,
        "log_loss_mean": 0.4,
        "ece_mean": 0.05,
    }


def curves() -> list[dict[str, Any]]:
    found = []
    for target in TARGETS:
        for combiner in KINDS:
            for k in BUDGETS if combiner in _GAIN else (0,):
                option = "DAFT-E" if k else "DAFT-E^Z"
                mean = ensemble_accuracy(combiner, target, k)
                found.append(curve(target, option, combiner, k, mean))
        found += [curve(target, "DAFT^Z", m, 0, member_accuracy(m, target)) for m in pool(target)]
        for option, start in _TUNED.items() if target in {"cornell", "tweets", "tfsn"} else ():
            name = f"{target}_{'ft' if option == 'FT' else 'daft2'}"
            for k in (8, 32, 128):
                found.append(curve(target, option, name, k, start + 0.017 * log2(k)))
            found.append(curve(target, option, f"{name}_3000", None, 0.9))
    return found


def contrasts() -> list[dict[str, Any]]:
    found = []
    for target in (*TARGETS, None):
        for than in (name for name in KINDS if name != "adaptive"):
            of = {k: _difference(target, than, k) for k in BUDGETS}
            of_mean = sum(of[k] for k in BUDGETS if k) / (len(BUDGETS) - 1)
            for k, difference in [*of.items(), (None, of_mean)]:
                place = {"target": target, "combiner": "adaptive", "than": than, "k": k}
                figures = {"difference": difference, "low": difference - 0.01}
                found.append({**place, **figures, "high": difference + 0.01})
    return found


def _difference(target: str | None, than: str, k: int) -> float:
    of = TARGETS if target is None else (target,)
    both = [(ensemble_accuracy("adaptive", t, k), ensemble_accuracy(than, t, k)) for t in of]
    return sum(ours - others for ours, others in both) / len(both)


def target_findings(target: str) -> TargetFindings:
    members = pool(target)
    alone = [row(m, "model", member_accuracy(m, target), p_holm=0.01) for m in members]
    if target in {"tfsn", "fpb"}:  # three labels
        alone = [r for r in alone if r["system"].startswith("tweets")]
    ensembles = [row(c, "combiner", ensemble_accuracy(c, target, 128)) for c in KINDS]
    return TargetFindings(
        leaderboard=[*ensembles, *alone],
        pool=members,
        budget_weights={"adaptive": _weights(members)},
        transfer=[
            {"source": m.split("_")[0], "model": m, "score": score, "value": value}
            for m in members
            for score, value in (
                ("leep", member_accuracy(m, target) - 1.2),
                ("neg_conditional_entropy", member_accuracy(m, target) - 1.3),
                ("logme", 10 * member_accuracy(m, target) - 9),
            )
        ],
        agreement=[
            {"score": score, "models": len(alone), "tau": tau, "low": low, "high": high}
            for score, tau, low, high in (
                ("leep", 0.62, 0.31, 0.85),
                ("neg_conditional_entropy", 0.55, 0.2, 0.8),
                ("logme", None, None, None),
            )
        ],
        prediction_sets=[_sets(target, k) for k in BUDGETS if k],
        selective=[
            {
                "combiner": "adaptive",
                "k": k,
                "share": share,
                "accuracy_mean": ensemble_accuracy("adaptive", target, k) + 0.2 * (1 - share),
                "accuracy_min": 0.7,
                "accuracy_max": 1.0,
            }
            for k in BUDGETS
            for share in (1.0, 0.9, 0.8, 0.7, 0.6, 0.5)
        ],
        frontier=frontier_rows(len(members), TARGETS.index(target)),
    )


def frontier_rows(members: int, place: int) -> list[dict[str, Any]]:
    accuracies = [
        0.8 + 0.05 * (1 - 0.6**n) - 0.001 * abs(n - 9 - place % 3) for n in range(members)
    ]
    best = max(accuracies)
    smallest = next(n for n, accuracy in enumerate(accuracies) if best - accuracy <= 0.004)
    return [
        {
            "combiner": "adaptive",
            "k": 32,
            "draws": 20,
            "members": n + 1,
            "milliseconds_per_text": 0.1 + 1.7 * n,
            "accuracy_mean": accuracy,
            "behind": best - accuracy,
            "standard_error": 0.0 if accuracy == best else 0.004,
            "within_noise": best - accuracy <= 0.004,
            "best": accuracy == best,
            "smallest": n == smallest,
        }
        for n, accuracy in enumerate(accuracies)
    ]


def _weights(members: list[str]) -> list[dict[str, Any]]:
    rows = []
    for k in BUDGETS:
        raw = [1 + 0.1 * log2(1 + k) * (len(members) - place) for place in range(len(members))]
        rows += [
            {"k": k, "member": member, "weight": weight / sum(raw)}
            for member, weight in zip(members, raw, strict=True)
        ]
    return rows


def _sets(target: str, k: int) -> dict[str, Any]:
    coverage = 0.9 + 0.05 / k + 0.002 * TARGETS.index(target)
    return {
        "combiner": "adaptive",
        "k": k,
        "draws": 20,
        "asked": 0.9,
        "guarantee": 0.9 + 0.04 / k,
        "coverage_mean": coverage,
        "coverage_min": coverage - 0.1 / k,
        "coverage_max": min(1.0, coverage + 0.1 / k),
        "size_mean": 1.2 + 0.8 / k,
        "empty_mean": 0.01,
        "all_labels": 1.0 if k < 4 else 0.0,
    }


def adjacent_findings() -> Findings:
    """The whole experiment, without data sets."""
    split = {"dataset": "reviews", "split": "test"}
    fit_on = {"dataset": "reviews", "split": "labels"}
    spec = {"test": split, "fit_on": fit_on, "adjacent": True}
    models = {m: {"family": "linear", "features": {"kind": "tfidf"}} for m in MEMBERS}
    return Findings(
        experiment="adjacent",
        title="Ensembles from adjacent data sets",
        target_specs=dict.fromkeys(TARGETS, spec),
        dataset_specs={},
        model_specs={m: {**s, "trained_on": [m.split("_")[0]]} for m, s in models.items()},
        budget_curves=curves(),
        budget_contrasts=contrasts(),
        compared="adaptive",
        combiner_kinds=KINDS,
        improvement=improvement(),
        improvement_of_members=improvement_of_members(),
        improvement_stated="RI = so and so",
        targets={target: target_findings(target) for target in TARGETS},
    )


def improvement() -> list[dict[str, Any]]:
    rows = []
    for combiner in ("half_hard_mean", "least_squares_sgd", "adaptive"):
        for target in TARGETS:
            best = max(pool(target), key=lambda m, t=target: member_accuracy(m, t))
            of_best = member_accuracy(best, target)
            for k in BUDGETS if combiner in _GAIN else (0,):
                accuracy = ensemble_accuracy(combiner, target, k)
                place = {"target": target, "combiner": combiner, "k": k, "accuracy": accuracy}
                figures = {"best_accuracy": of_best, "ri_single_best": accuracy / of_best - 1}
                rows.append({**place, "best_member": best, **figures})
    return rows


def improvement_of_members() -> list[dict[str, Any]]:
    return [
        {**{name: r[name] for name in ("target", "combiner", "k")}, "model": member, "accuracy": a}
        | {"ri_ens": a / r["accuracy"] - 1}
        for r in improvement()
        for member in pool(r["target"])
        for a in [member_accuracy(member, r["target"])]
    ]
