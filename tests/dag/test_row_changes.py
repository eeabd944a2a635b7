"""What a plan takes a data set to be before it is read."""

import shutil

from tests.dag.bench import SHIPPED
from tickertone.catalog.load import load_catalog
from tickertone.dag.row_changes import source_rows


def test_rows_on_a_list_of_exclusions_do_not_count_as_rows_of_a_split(tmp_path):
    data = tmp_path / "data"
    shutil.copytree(SHIPPED, data)
    spec = load_catalog(data).datasets["demo_wires"].snapshot
    every = source_rows(spec, "test", data)["text_id"].to_pylist()
    (data / "seen.txt").write_text("\n".join(every[:30]))
    listed = spec.model_copy(update={"exclude": "seen.txt"})
    left = source_rows(listed, "test", data)["text_id"].to_pylist()
    assert set(left) == set(every) - set(every[:30])
