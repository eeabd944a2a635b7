import threading

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tickertone.store.shards import ShardSet, read_shard, rows_content


def scores(ids):
    """A row per id, width 3, so that a mix-up of rows shows."""
    return np.array([[len(i), ord(i[0]), 0.5] for i in ids], dtype=np.float32)


def fill(shards, ids):
    computed = []

    def compute(positions):
        computed.extend(ids[i] for i in positions)
        return scores([ids[i] for i in positions])

    rows, files, count = shards.fill(ids, compute)
    assert count == len(computed)
    return rows, files, computed


def test_only_rows_that_no_shard_has_are_computed(tmp_path):
    shards = ShardSet(tmp_path)
    _, _, first = fill(shards, ["b", "a"])
    rows, files, second = fill(shards, ["a", "ccc", "b"])
    assert (first, second) == (["b", "a"], ["ccc"])
    assert np.array_equal(rows, scores(["a", "ccc", "b"]))
    assert len(files) == 2


def test_nothing_missing_computes_nothing_and_writes_nothing(tmp_path):
    shards = ShardSet(tmp_path)
    fill(shards, ["a"])
    before = shards.files()
    _, _, computed = fill(shards, ["a"])
    assert computed == []
    assert shards.files() == before


def test_a_deleted_shard_costs_its_own_rows(tmp_path):
    shards = ShardSet(tmp_path)
    _, (first,), _ = fill(shards, ["a", "b"])
    fill(shards, ["a", "b", "c"])
    first.unlink()
    _, _, computed = fill(shards, ["a", "b", "c"])
    assert computed == ["a", "b"]


def test_forgotten_rows_are_computed_again_and_no_others(tmp_path):
    shards = ShardSet(tmp_path)
    fill(shards, ["a", "b"])
    fill(shards, ["c"])
    fill(shards, ["d"])
    shards.forget({"a", "c", "never there"})
    rows, _, computed = fill(shards, ["a", "b", "c", "d"])
    assert computed == ["a", "c"]
    assert np.array_equal(rows, scores(["a", "b", "c", "d"]))


def test_a_rotten_shard_is_thrown_away_and_its_rows_computed_again(tmp_path):
    shards = ShardSet(tmp_path)
    _, (shard,), _ = fill(shards, ["a", "b"])
    data = bytearray(shard.read_bytes())
    data[len(data) // 2] ^= 1
    shard.write_bytes(bytes(data))
    rows, _, computed = fill(shards, ["a", "b"])
    assert computed == ["a", "b"]
    assert np.array_equal(rows, scores(["a", "b"]))


def test_what_a_killed_writer_left_half_written_is_swept_away_and_never_read(tmp_path):
    left = tmp_path / ".1.part"
    left.write_bytes(b"PAR1 half a sh")
    rows, _, computed = fill(ShardSet(tmp_path), ["a"])
    assert computed == ["a"]
    assert np.array_equal(rows, scores(["a"]))
    assert not left.exists()


def test_two_who_want_the_same_rows_at_once_compute_each_once(tmp_path):
    inside, release = threading.Event(), threading.Event()
    computed = []

    def slowly(ids):
        def compute(positions):
            inside.set()
            release.wait()
            computed.extend(ids[i] for i in positions)
            return scores([ids[i] for i in positions])

        return compute

    wanted = (["a", "b", "c"], ["b", "c", "d"])
    threads = [
        threading.Thread(target=lambda ids=ids: ShardSet(tmp_path).fill(ids, slowly(ids)))
        for ids in wanted
    ]
    threads[0].start()
    inside.wait()
    threads[1].start()
    release.set()
    for thread in threads:
        thread.join()
    assert sorted(computed) == ["a", "b", "c", "d"]


def test_a_shard_reads_back_as_it_was_written(tmp_path):
    _, (shard,), _ = fill(ShardSet(tmp_path), ["b", "a"])
    ids, values = read_shard(shard)
    assert ids == ["a", "b"]
    assert np.array_equal(values, scores(["a", "b"]))


@given(st.lists(st.text(min_size=1), unique=True, min_size=1), st.randoms())
def test_the_identity_of_rows_depends_on_neither_order_nor_shards(ids, random):
    values = np.array([[float(len(i)), 1.0] for i in ids], dtype=np.float32)
    order = list(range(len(ids)))
    random.shuffle(order)
    assert rows_content(ids, values) == rows_content([ids[i] for i in order], values[order])
    changed = values.copy()
    changed[0, 1] = 2.0
    assert rows_content(ids, changed) != rows_content(ids, values)
