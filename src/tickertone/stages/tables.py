"""A stage's tables as Parquet files, each an output of the same name."""

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.parquet as pq

from tickertone.stages.work import Made, Work


def written(work: Work, tables: Mapping[str, pa.Table]) -> dict[str, Made]:
    """Name -> the output that each table became, NAME.parquet in the step's folder."""
    outputs = {}
    for name, table in tables.items():
        path = work.out / f"{name}.parquet"
        pq.write_table(table, path)
        outputs[name] = Made((path,))
    return outputs
