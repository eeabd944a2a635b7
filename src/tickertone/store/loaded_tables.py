"""The stages whose outputs are loaded into the database as they are: which, into what table."""

# Stage -> (output, table, columns of both) of each.
TABLES_OF = {
    "evaluate": (
        (
            "leaderboard",
            "leaderboard_row",
            "split, system, kind, n, accuracy, accuracy_low, accuracy_high, macro_f1, weighted_f1, "
            "mcc, log_loss, brier, ece, p_vs_best, p_holm, p_bootstrap_vs_best, "
            "difference_to_best, difference_low, difference_high, contaminated",
        ),
        ("evaluations", "evaluation_row", "split, system, kind, metric, label, value, low, high"),
        ("confusion", "confusion_row", "split, system, label, predicted, n"),
        ("predictions", "prediction_row", "example_id, system, label, predicted, probabilities"),
    ),
    "transfer": (
        ("transfer", "transfer_row", "source, model, score, value"),
        ("agreement", "agreement_row", "score, models, tau, low, high"),
    ),
    "uncertainty": (
        (
            "prediction_sets",
            "prediction_set_row",
            "combiner, k, draws, asked, guarantee, coverage_mean, coverage_min, coverage_max, "
            "size_mean, empty_mean, all_labels",
        ),
        (
            "selective",
            "selective_row",
            "combiner, k, share, accuracy_mean, accuracy_min, accuracy_max",
        ),
    ),
    "frontier": (
        (
            "frontier",
            "frontier_row",
            "combiner, k, draws, members, milliseconds_per_text, accuracy_mean, behind, "
            "standard_error, within_noise, best, smallest",
        ),
    ),
    "budgets": (
        (
            "budget_curves",
            "budget_row",
            "target, option, combiner, k, draws, accuracy_mean, accuracy_min, accuracy_max, "
            "accuracy_se, macro_f1_mean, log_loss_mean, ece_mean",
        ),
        (
            "budget_contrasts",
            "contrast_row",
            "target, combiner, than, k, difference, low, high",
        ),
    ),
    "claims": (
        (
            "claims",
            "claim_row",
            "paper, claim, part, statement, comparison, target, split, metric, n, left_value, "
            "right_value, measured, low, high, verdict, why",
        ),
    ),
}
