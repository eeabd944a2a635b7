from tickertone.store.answers import answers_folder
from tickertone.store.sealed_json import sealed
from tickertone.store.verify import verify_files


def written(copy, last):
    folder = answers_folder(copy.workspace)
    folder.mkdir(parents=True)
    lines = [sealed('{"event":"refused","attempt":"a"}'), last]
    (folder / "one.jsonl").write_text("\n".join(lines) + "\n")
    return folder


def test_kept_answers_are_known_and_in_a_backup(copy):
    from tickertone.store.backup import kept_files

    folder = written(copy, sealed('{"event":"refused","attempt":"b"}'))
    assert verify_files(copy.workspace) == []
    assert folder / "one.jsonl" in list(kept_files(copy.workspace))


def test_a_damaged_answer_is_noted_and_the_file_stays(copy):
    from tickertone.store.verify import verify

    folder = written(copy, sealed('{"event":"refused","attempt":"b"}').replace("b", "c"))
    looked = verify(copy.workspace)
    assert any("answers/one.jsonl: 1 lines" in note for note in looked.notes)
    assert not any("nothing tells" in note and "answers" in note for note in looked.notes)
    assert (folder / "one.jsonl").is_file()
