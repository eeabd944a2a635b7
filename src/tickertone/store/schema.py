"""The tables and views of the database.

Tables hold rows as they were made, each with the fingerprint of the step that made it, and are
only ever added to. `current` says which fingerprint stands for each step now; the views, which
people, reports and tests rely on, join through it.
"""

from tickertone.identity.canonical import digest

_TABLES = """
CREATE TABLE IF NOT EXISTS loaded (fingerprint TEXT, content TEXT);
CREATE TABLE IF NOT EXISTS current (stage TEXT, subject TEXT, fingerprint TEXT);
CREATE TABLE IF NOT EXISTS dataset_origin (
    dataset TEXT, source TEXT, revision TEXT, licence TEXT);
CREATE TABLE IF NOT EXISTS target_split (
    experiment TEXT, target TEXT, dataset TEXT, split TEXT);
CREATE TABLE IF NOT EXISTS group_member (
    experiment TEXT, "group" TEXT, system TEXT);
CREATE TABLE IF NOT EXISTS experiment_stage (experiment TEXT, stage TEXT);
CREATE TABLE IF NOT EXISTS published_row (
    target TEXT, system TEXT, accuracy DOUBLE, macro_f1 DOUBLE, weighted_f1 DOUBLE, source TEXT);
CREATE TABLE IF NOT EXISTS snapshot_row (
    fingerprint TEXT, split TEXT, rows_read BIGINT, rows_accepted BIGINT,
    rows_quarantined BIGINT, content_hash TEXT);
CREATE TABLE IF NOT EXISTS example_row (
    fingerprint TEXT, split TEXT, example_id TEXT, text_id TEXT, text TEXT, text_b TEXT,
    label TEXT, entity TEXT, clean BOOLEAN);
CREATE TABLE IF NOT EXISTS quarantine_row (
    fingerprint TEXT, split TEXT, line BIGINT, reason TEXT, text TEXT);
CREATE TABLE IF NOT EXISTS model_row (
    fingerprint TEXT, family TEXT, base TEXT, tuning TEXT, trained_on TEXT, parameters BIGINT,
    trainable_parameters BIGINT, train_seconds DOUBLE, peak_memory_mb DOUBLE,
    samples_per_second DOUBLE, tokens_per_second DOUBLE, device TEXT, precision TEXT,
    threads BIGINT, content TEXT, licences TEXT);
CREATE TABLE IF NOT EXISTS scorer_row (
    fingerprint TEXT, scorer TEXT, model_content TEXT);
CREATE TABLE IF NOT EXISTS logit_row (
    scorer TEXT, shard TEXT, text_id TEXT, logits FLOAT[]);
CREATE TABLE IF NOT EXISTS rationale_row (
    scorer TEXT, shard TEXT, text_id TEXT, rationale TEXT);
CREATE TABLE IF NOT EXISTS prediction_row (
    fingerprint TEXT, example_id TEXT, system TEXT, label TEXT, predicted TEXT,
    probabilities DOUBLE[]);
CREATE TABLE IF NOT EXISTS leaderboard_row (
    fingerprint TEXT, split TEXT, system TEXT, kind TEXT, n BIGINT, accuracy DOUBLE,
    accuracy_low DOUBLE, accuracy_high DOUBLE, macro_f1 DOUBLE, weighted_f1 DOUBLE, mcc DOUBLE,
    log_loss DOUBLE, brier DOUBLE, ece DOUBLE, p_vs_best DOUBLE, p_holm DOUBLE,
    p_bootstrap_vs_best DOUBLE,
    difference_to_best DOUBLE, difference_low DOUBLE, difference_high DOUBLE, contaminated TEXT);
CREATE TABLE IF NOT EXISTS evaluation_row (
    fingerprint TEXT, split TEXT, system TEXT, kind TEXT, metric TEXT, label TEXT,
    value DOUBLE, low DOUBLE, high DOUBLE);
CREATE TABLE IF NOT EXISTS confusion_row (
    fingerprint TEXT, split TEXT, system TEXT, label TEXT, predicted TEXT, n BIGINT);
CREATE TABLE IF NOT EXISTS budget_row (
    fingerprint TEXT, target TEXT, option TEXT, combiner TEXT, k BIGINT, draws BIGINT,
    accuracy_mean DOUBLE, accuracy_min DOUBLE, accuracy_max DOUBLE, accuracy_se DOUBLE,
    macro_f1_mean DOUBLE, log_loss_mean DOUBLE, ece_mean DOUBLE);
CREATE TABLE IF NOT EXISTS contrast_row (
    fingerprint TEXT, target TEXT, combiner TEXT, than TEXT, k BIGINT, difference DOUBLE,
    low DOUBLE, high DOUBLE);
CREATE TABLE IF NOT EXISTS transfer_row (
    fingerprint TEXT, source TEXT, model TEXT, score TEXT, value DOUBLE);
CREATE TABLE IF NOT EXISTS agreement_row (
    fingerprint TEXT, score TEXT, models BIGINT, tau DOUBLE, low DOUBLE, high DOUBLE);
CREATE TABLE IF NOT EXISTS prediction_set_row (
    fingerprint TEXT, combiner TEXT, k BIGINT, draws BIGINT, asked DOUBLE, guarantee DOUBLE,
    coverage_mean DOUBLE, coverage_min DOUBLE, coverage_max DOUBLE, size_mean DOUBLE,
    empty_mean DOUBLE, all_labels DOUBLE);
CREATE TABLE IF NOT EXISTS selective_row (
    fingerprint TEXT, combiner TEXT, k BIGINT, share DOUBLE, accuracy_mean DOUBLE,
    accuracy_min DOUBLE, accuracy_max DOUBLE);
CREATE TABLE IF NOT EXISTS frontier_row (
    fingerprint TEXT, combiner TEXT, k BIGINT, draws BIGINT, members BIGINT,
    milliseconds_per_text DOUBLE, accuracy_mean DOUBLE, behind DOUBLE, standard_error DOUBLE,
    within_noise BOOLEAN, best BOOLEAN, smallest BOOLEAN);
CREATE TABLE IF NOT EXISTS claim_row (
    fingerprint TEXT, paper TEXT, claim TEXT, part BIGINT, statement TEXT, comparison TEXT,
    target TEXT, split TEXT, metric TEXT, n BIGINT, left_value DOUBLE, right_value DOUBLE,
    measured DOUBLE, low DOUBLE, high DOUBLE, verdict TEXT, why TEXT);
CREATE TABLE IF NOT EXISTS step_row (
    step TEXT, stage TEXT, fingerprint TEXT, parts JSON, outcome TEXT, seconds DOUBLE, run TEXT,
    experiment TEXT, message TEXT, finished_at TEXT);
"""

# Kind of shards that texts of a scorer share -> the table of their rows, and what a row has.
TEXT_SHARDS = {"logits": ("logit_row", "logits"), "rationales": ("rationale_row", "rationale")}
# Tables whose rows name the fingerprint that made them.
TABLES_BY_FINGERPRINT = (
    "snapshot_row",
    "example_row",
    "quarantine_row",
    "model_row",
    "scorer_row",
    "prediction_row",
    "leaderboard_row",
    "evaluation_row",
    "confusion_row",
    "budget_row",
    "contrast_row",
    "transfer_row",
    "agreement_row",
    "prediction_set_row",
    "selective_row",
    "frontier_row",
    "claim_row",
)

SCHEMA_VERSION = digest(_TABLES)
TABLES = f"""
{_TABLES}
CREATE TABLE IF NOT EXISTS schema_version AS SELECT '{SCHEMA_VERSION}' AS version;
"""

_VIEWS = """
CREATE OR REPLACE VIEW datasets AS
    SELECT c.subject AS dataset, r.split, r.rows_read, r.rows_accepted, r.rows_quarantined,
           r.content_hash, o.source, o.revision, o.licence, r.fingerprint
    FROM snapshot_row r
    JOIN current c ON c.stage = 'validate' AND c.fingerprint = r.fingerprint
    LEFT JOIN dataset_origin o ON o.dataset = c.subject
    ORDER BY ALL;
CREATE OR REPLACE VIEW examples AS
    SELECT c.subject AS dataset, r.split, r.example_id, r.text_id, r.text, r.text_b, r.label,
           r.clean, r.entity, r.fingerprint
    FROM example_row r JOIN current c ON c.stage = 'validate' AND c.fingerprint = r.fingerprint;
CREATE OR REPLACE VIEW quarantine AS
    SELECT c.subject AS dataset, r.split, r.line, r.reason, r.text, r.fingerprint
    FROM quarantine_row r JOIN current c ON c.stage = 'ingest' AND c.fingerprint = r.fingerprint;
CREATE OR REPLACE VIEW models AS
    SELECT c.subject AS model, r.*
    FROM model_row r JOIN current c ON c.stage = 'finetune' AND c.fingerprint = r.fingerprint;
CREATE OR REPLACE VIEW current_scorer AS
    SELECT m.model, m.scorer, f.fingerprint AS model_fingerprint
    FROM (SELECT DISTINCT split_part(c.subject, '/', 1) AS model, s.scorer, s.model_content
          FROM current c JOIN scorer_row s ON c.fingerprint = s.fingerprint
          WHERE c.stage = 'extract') m
    JOIN current f ON f.stage = 'finetune' AND f.subject = m.model
    JOIN model_row w ON w.fingerprint = f.fingerprint AND w.content = m.model_content;
CREATE OR REPLACE VIEW logits AS
    SELECT m.model, m.model_fingerprint, r.text_id, r.logits, r.scorer AS fingerprint
    FROM logit_row r JOIN current_scorer m ON m.scorer = r.scorer;
CREATE OR REPLACE VIEW rationales AS
    SELECT m.model, r.text_id, t.text, t.text_b, r.rationale, r.scorer AS fingerprint
    FROM rationale_row r JOIN current_scorer m ON m.scorer = r.scorer
    LEFT JOIN (SELECT text_id, any_value(text) AS text, any_value(text_b) AS text_b
               FROM example_row GROUP BY text_id) t ON t.text_id = r.text_id;
CREATE OR REPLACE VIEW predictions AS
    SELECT t.dataset, t.split, r.example_id, r.system, r.label, r.predicted, r.probabilities,
           t.experiment, t.target, r.fingerprint
    FROM prediction_row r
    JOIN current c ON c.stage = 'evaluate' AND c.fingerprint = r.fingerprint
    JOIN target_split t ON c.subject = t.experiment || '/' || t.target;
CREATE OR REPLACE VIEW leaderboard AS
    SELECT split_part(c.subject, '/', 1) AS experiment, split_part(c.subject, '/', 2) AS target,
           r.split, r.system, r.kind, r.n, r.accuracy, r.accuracy_low, r.accuracy_high,
           r.macro_f1, r.weighted_f1, r.mcc, r.log_loss, r.brier, r.ece, r.p_vs_best,
           r.fingerprint, r.p_holm, r.p_bootstrap_vs_best, r.difference_to_best, r.difference_low,
           r.difference_high, r.contaminated
    FROM leaderboard_row r
    JOIN current c ON c.stage = 'evaluate' AND c.fingerprint = r.fingerprint;
CREATE OR REPLACE VIEW evaluations AS
    SELECT split_part(c.subject, '/', 1) AS experiment, split_part(c.subject, '/', 2) AS target,
           r.split, r.system, r.kind, r.metric, r.label, r.value, r.low, r.high, r.fingerprint
    FROM evaluation_row r
    JOIN current c ON c.stage = 'evaluate' AND c.fingerprint = r.fingerprint;
CREATE OR REPLACE VIEW confusion AS
    SELECT split_part(c.subject, '/', 1) AS experiment, split_part(c.subject, '/', 2) AS target,
           r.split, r.system, r.label, r.predicted, r.n, r.fingerprint
    FROM confusion_row r
    JOIN current c ON c.stage = 'evaluate' AND c.fingerprint = r.fingerprint;
CREATE OR REPLACE VIEW groups AS
    SELECT l.experiment, l.target, l.split, g."group", count(*) AS systems,
           avg(l.accuracy) AS accuracy_mean, min(l.accuracy) AS accuracy_min,
           max(l.accuracy) AS accuracy_max, avg(l.macro_f1) AS macro_f1_mean,
           min(l.macro_f1) AS macro_f1_min, max(l.macro_f1) AS macro_f1_max,
           any_value(m.members) AS members
    FROM leaderboard l
    JOIN group_member g ON g.experiment = l.experiment AND g.system = l.system
    JOIN (SELECT experiment, "group", count(*) AS members FROM group_member GROUP BY ALL) m
      ON m.experiment = g.experiment AND m."group" = g."group"
    GROUP BY ALL;
CREATE OR REPLACE VIEW budget_curves AS
    SELECT c.subject AS experiment, r.target, r.option, r.combiner, r.k, r.draws, r.accuracy_mean,
           r.accuracy_min, r.accuracy_max, r.accuracy_se, r.macro_f1_mean, r.log_loss_mean,
           r.ece_mean, r.fingerprint
    FROM budget_row r JOIN current c ON c.stage = 'budgets' AND c.fingerprint = r.fingerprint;
CREATE OR REPLACE VIEW budget_contrasts AS
    SELECT c.subject AS experiment, r.target, r.combiner, r.than, r.k, r.difference, r.low, r.high,
           r.fingerprint
    FROM contrast_row r JOIN current c ON c.stage = 'budgets' AND c.fingerprint = r.fingerprint;
CREATE OR REPLACE VIEW transfer AS
    SELECT split_part(c.subject, '/', 1) AS experiment, r.source,
           split_part(c.subject, '/', 2) AS target, r.model, r.score, r.value, r.fingerprint
    FROM transfer_row r JOIN current c ON c.stage = 'transfer' AND c.fingerprint = r.fingerprint;
CREATE OR REPLACE VIEW transfer_agreement AS
    SELECT split_part(c.subject, '/', 1) AS experiment, split_part(c.subject, '/', 2) AS target,
           r.score, r.models, r.tau, r.low, r.high, r.fingerprint
    FROM agreement_row r JOIN current c ON c.stage = 'transfer' AND c.fingerprint = r.fingerprint;
CREATE OR REPLACE VIEW prediction_sets AS
    SELECT split_part(c.subject, '/', 1) AS experiment, split_part(c.subject, '/', 2) AS target,
           r.combiner, r.k, r.draws, r.asked, r.guarantee, r.coverage_mean, r.coverage_min,
           r.coverage_max, r.size_mean, r.empty_mean, r.all_labels, r.fingerprint
    FROM prediction_set_row r
    JOIN current c ON c.stage = 'uncertainty' AND c.fingerprint = r.fingerprint;
CREATE OR REPLACE VIEW selective AS
    SELECT split_part(c.subject, '/', 1) AS experiment, split_part(c.subject, '/', 2) AS target,
           r.combiner, r.k, r.share, r.accuracy_mean, r.accuracy_min, r.accuracy_max, r.fingerprint
    FROM selective_row r
    JOIN current c ON c.stage = 'uncertainty' AND c.fingerprint = r.fingerprint;
CREATE OR REPLACE VIEW frontier AS
    SELECT split_part(c.subject, '/', 1) AS experiment, split_part(c.subject, '/', 2) AS target,
           r.combiner, r.k, r.draws, r.members, r.milliseconds_per_text, r.accuracy_mean, r.behind,
           r.standard_error, r.within_noise, r.best, r.smallest, r.fingerprint
    FROM frontier_row r JOIN current c ON c.stage = 'frontier' AND c.fingerprint = r.fingerprint;
CREATE OR REPLACE VIEW claims AS
    SELECT c.subject AS experiment, r.paper, r.claim, r.statement, r.measured, r.low, r.high,
           r.verdict, r.part, r.comparison, r.target, r.split, r.metric, r.n, r.left_value,
           r.right_value, r.why, r.fingerprint
    FROM claim_row r JOIN current c ON c.stage = 'claims' AND c.fingerprint = r.fingerprint;
CREATE OR REPLACE VIEW published AS SELECT * FROM published_row;
CREATE OR REPLACE VIEW steps AS SELECT * FROM step_row;
"""

VIEWS_VERSION = digest(_VIEWS)
VIEWS = f"""
{_VIEWS}
CREATE OR REPLACE MACRO views_version() AS '{VIEWS_VERSION}';
"""
