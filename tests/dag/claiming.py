"""Claims for the small workspace: one of each kind of verdict that its two models allow."""

CLAIMS = [
    {
        "paper": "a paper",
        "claim": "1",
        "statement": "Letters say more than words",
        "comparisons": [
            {"target": "headlines", "better": ["letters"], "than": ["words"]},
            {"target": "headlines", "better": ["letters"], "than": [0.99]},
        ],
    },
    {
        "paper": "a paper",
        "claim": "2",
        "statement": "Both are as good as their mean",
        "comparisons": [{"target": "wires", "comparable": ["both"], "to": ["mean"], "within": 0.5}],
    },
]
GROUPS = {"both": ["words", "letters"]}


def make_claims(bench, claims=CLAIMS, groups=GROUPS):
    """Let the experiment test claims."""
    bench.edit("experiments/small.yaml", lambda c: c.update(claims=claims, groups=groups))
