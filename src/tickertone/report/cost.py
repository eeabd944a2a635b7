"""What each model is and what it cost."""

from dataclasses import dataclass

from tickertone.report.findings import Findings, Row, Rows


@dataclass(frozen=True)
class ModelCost:
    """One model: a description in words, and its measurements (None if it was not trained)."""

    name: str
    description: str
    trained_on: str
    measured: Row | None
    published: Rows = ()  # what others said that a training such as this took


def model_costs(findings: Findings) -> list[ModelCost]:
    """Every model of the experiment, in the order of the experiment."""
    return [
        ModelCost(
            name,
            describe(spec),
            ", ".join(str(dataset) for dataset in spec.get("trained_on") or ()),
            findings.measurements.get(name),
            [row for row in findings.published_training if row["model"] == name],
        )
        for name, spec in findings.model_specs.items()
    ]


@dataclass(frozen=True)
class StageCost:
    """The steps of one stage with their seconds, the dearest first, and the sum."""

    stage: str
    seconds: float
    steps: tuple[tuple[str, float], ...]


def stage_costs(findings: Findings) -> list[StageCost]:
    """What the steps of each stage took when they were computed, stages in order of the DAG."""
    by_stage: dict[str, list[tuple[str, float]]] = {}
    for step, seconds in findings.step_seconds.items():
        stage, _, subject = step.partition(" ")
        by_stage.setdefault(stage, []).append((subject, seconds))
    return [
        StageCost(
            stage, sum(s for _, s in steps), tuple(sorted(steps, key=lambda x: (-x[1], x[0])))
        )
        for stage, steps in by_stage.items()
    ]


def describe(recipe: Row) -> str:
    """A recipe in a few words, such as "all-MiniLM-L6-v2, LoRA of rank 16, seed 0"."""
    if recipe.get("family") == "linear":
        features = recipe.get("features") or {}
        if features.get("kind") == "tfidf":
            return "TF-IDF and logistic regression"
        return f"frozen {_base(features)} embeddings and logistic regression"
    if recipe.get("family") == "endpoint":
        shots = f"{recipe['shots']}-shot" if recipe.get("shots") else "zero-shot"
        return f"{recipe.get('model')} at {recipe.get('url')}, {shots}"
    if recipe.get("family") == "classifier":
        return f"{_base(recipe)}, as published"
    tuning = recipe.get("tuning")
    if tuning == "none" and not recipe.get("shots"):
        return f"{_base(recipe)}, zero-shot"
    words = {
        "full": "fully fine-tuned",
        "lora": f"LoRA of rank {_rank(recipe)}",
        "lora_8bit": f"LoRA of rank {_rank(recipe)} on 8 bits",
        "qlora": f"QLoRA of rank {_rank(recipe)}",
        "none": f"{recipe.get('shots')}-shot",
    }
    how = words.get(str(tuning), str(tuning or recipe.get("family") or ""))
    return f"{_base(recipe)}, {how}, seed {recipe.get('seed', 0)}"


def _rank(recipe: Row) -> str:
    return str((recipe.get("lora") or {}).get("rank", "?"))


def _base(recipe: Row) -> str:
    base = recipe.get("base") or {}
    if made := base.get("made"):
        return f"a {made.get('architecture')} drawn at random"
    places = (base.get(place) for place in ("hub", "folder", "package", "model"))
    return str(next(filter(None, places), "unknown base"))
