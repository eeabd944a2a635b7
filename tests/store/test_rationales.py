import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickertone.store.rationales import Rationales, RationaleSet


def fill(kept, ids, at_once=2):
    """What is kept of `ids`, and the batches in which they were written about."""
    batches = []

    def write(positions):
        batches.append([ids[i] for i in positions])
        return [f"on {ids[i]}" for i in positions]

    return kept.fill(ids, write, at_once, lambda _lost: None), batches


@pytest.fixture
def kept(tmp_path):
    return RationaleSet(tmp_path, "scorer")


def test_only_what_no_shard_has_is_written_a_few_at_once(kept):
    assert fill(kept, ["c", "a", "b"])[1] == [["c", "a"], ["b"]]
    found, batches = fill(kept, ["b", "d", "a"])
    assert batches == [["d"]]
    assert found.rows == ("on b", "on d", "on a")
    assert (found.written, len(found.files)) == (1, 3)


def test_what_was_written_before_a_kill_is_kept(kept):
    class Killed(Exception):
        pass

    def dies(positions):
        if 2 in positions:
            raise Killed
        return ["first", "second"]

    with pytest.raises(Killed):
        kept.fill(["a", "b", "c"], dies, 2, lambda _lost: None)
    found, batches = fill(kept, ["a", "b", "c"])
    assert batches == [["c"]]
    assert found.rows == ("first", "second", "on c")


def test_what_came_of_lost_rationales_is_forgotten_before_new_ones_are_written(kept):
    fill(kept, ["a"])
    told = []

    def write(positions):
        told.append(len(positions))
        return ["new"] * len(positions)

    kept.fill(["a", "b", "c"], write, 1, told.append)
    assert told == [{"b", "c"}, 1, 1]


def test_a_rotten_shard_is_thrown_away_and_its_rows_written_again(kept):
    fill(kept, ["a"])
    (shard,) = kept.files()
    data = bytearray(shard.read_bytes())
    data[len(data) // 2] ^= 1
    shard.write_bytes(bytes(data))
    assert fill(kept, ["a"])[1] == [["a"]]


def test_what_a_killed_writer_left_half_written_is_swept_away(kept):
    kept.folder.mkdir(parents=True)
    (kept.folder / ".1.part").write_bytes(b"PAR1 half a sh")
    assert fill(kept, ["a"])[0].rows == ("on a",)
    assert not (kept.folder / ".1.part").exists()


def test_dropped_rows_are_written_anew(kept):
    kept.drop()  # there are none yet, and no folder is made for them
    assert not kept.folder.exists()
    fill(kept, ["a"])
    kept.drop()
    assert fill(kept, ["a"])[1] == [["a"]]


def test_no_text_asks_for_nothing(kept):
    found, batches = fill(kept, [])
    assert (found.rows, found.files, batches) == ((), (), [])


@given(st.dictionaries(st.text(min_size=1), st.text(), min_size=1), st.randoms())
def test_the_identity_of_rationales_depends_on_neither_order_nor_shards(rows, random):
    ids = list(rows)
    one = Rationales(tuple(rows[i] for i in ids), (), 0).content(ids)
    random.shuffle(ids)
    assert Rationales(tuple(rows[i] for i in ids), (), 3).content(ids) == one
    said = [rows[i] + "!" for i in ids]
    assert Rationales(tuple(said), (), 0).content(ids) != one
