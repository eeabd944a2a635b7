from pathlib import Path

from tickertone.models.encoder.checkpoints import (
    Progress,
    checkpoint_folder,
    mark_complete,
    newest_complete,
)


def progress(step: int) -> Progress:
    return Progress(
        step=step,
        finished=False,
        epochs=0,
        best_step=None,
        best_epoch=None,
        seconds=1.0,
        busy_seconds=0.5,
        samples=step,
        tokens=step,
    )


def written(root: Path, step: int) -> Path:
    folder = checkpoint_folder(root, step)
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(b"weights")
    return folder


def test_the_newest_checkpoint_counts_only_if_it_is_complete(tmp_path: Path) -> None:
    mark_complete(written(tmp_path, 9), progress(9))
    mark_complete(written(tmp_path, 10), progress(10))
    torn = written(tmp_path, 100)
    assert newest_complete(tmp_path) == (checkpoint_folder(tmp_path, 10), progress(10))
    assert not torn.exists()


def test_a_torn_marker_is_no_marker(tmp_path: Path) -> None:
    (written(tmp_path, 5) / "complete.json").write_text('{"step": 5, "fin')
    assert newest_complete(tmp_path) is None


def test_without_checkpoints_there_is_nothing_to_resume(tmp_path: Path) -> None:
    assert newest_complete(tmp_path / "absent") is None
