"""What happens between training steps: lines of progress, and checkpoints by the clock."""

import math
import time
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from tickertone.models.data_parallel import agreed
from tickertone.models.encoder.checkpoints import Progress, checkpoint_folder, mark_complete
from tickertone.models.progress import Throttled
from tickertone.models.protocol import Say


class Watch(TrainerCallback):  # type: ignore[misc]
    """Counts samples, tokens and seconds (over resumptions too), says how far it is, and has a
    checkpoint written every `checkpoint_seconds` besides the one after each epoch.

    Where dev is not `measured` no epoch is better than the last: then there are those by the clock
    and the one at the end, so that many epochs of a few rows do not go into writing.
    """

    def __init__(
        self,
        say: Say,
        root: Path,
        *,
        rows: int,
        tokens: int,
        checkpoint_seconds: float,
        resumed: Progress | None,
        measured: bool = True,
    ) -> None:
        self.say = say
        self.line = Throttled(say)
        self.root = root
        self.rows = rows
        self.tokens = tokens
        self.checkpoint_seconds = checkpoint_seconds
        self.measured = measured
        self.earlier_seconds = resumed.seconds if resumed else 0.0
        self.busy = resumed.busy_seconds if resumed else 0.0
        self.began = self.saved = self.stepped = time.monotonic()
        self.due = False

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002
        """Start the clocks where the checkpoint stopped them."""
        self.began = self.saved = self.stepped = time.monotonic()

    def on_step_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002
        """Steps alone count as busy: neither dev nor checkpoints."""
        self.stepped = time.monotonic()

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002
        """Count, say, and ask for a checkpoint if it is time."""
        now = time.monotonic()
        self.busy += now - self.stepped
        ends_epoch = state.global_step % self._steps_per_epoch(state) == 0  # saved after dev
        (due,) = agreed(now - self.saved >= self.checkpoint_seconds)
        self.due = bool(due)
        if self.due and not ends_epoch:
            control.should_save = True
        self.line(lambda: self._sentence(state))

    def on_epoch_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002
        """Every epoch is saved by the Trainer's own callback, which comes before this one."""
        if not self.measured and not self.due and state.global_step < state.max_steps:
            control.should_save = False

    def on_evaluate(
        self,
        args: Any,  # noqa: ARG002
        state: Any,
        control: Any,  # noqa: ARG002
        metrics: dict[str, float],
        **_: Any,
    ) -> None:
        """Say what dev says."""
        self.say(
            f"epoch {round(state.epoch)} of {state.num_train_epochs}: dev log loss "
            f"{metrics['eval_loss']:.4f}, accuracy {metrics['eval_accuracy']:.4f}"
        )

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002
        """The checkpoint's files are written: vouch for them."""
        if state.is_world_process_zero:
            mark_complete(
                checkpoint_folder(self.root, state.global_step), self.progress(state, control)
            )
        self.saved = time.monotonic()

    def progress(self, state: Any, control: Any) -> Progress:
        """Where the training stands."""
        share = state.global_step / state.max_steps
        per_epoch = self._steps_per_epoch(state)
        best = state.best_global_step
        return Progress(
            step=state.global_step,
            finished=state.global_step >= state.max_steps or control.should_training_stop,
            epochs=state.global_step // per_epoch,
            best_step=best,
            best_epoch=best // per_epoch if best else None,
            seconds=self.earlier_seconds + time.monotonic() - self.began,
            busy_seconds=self.busy,
            samples=round(self.rows * state.num_train_epochs * share),
            tokens=round(self.tokens * state.num_train_epochs * share),
        )

    def _steps_per_epoch(self, state: Any) -> int:
        return int(state.max_steps // state.num_train_epochs)

    def _sentence(self, state: Any) -> str:
        share = state.global_step / state.max_steps
        rate = self.rows * state.num_train_epochs * share / max(self.busy, 1e-9)
        left = self.rows * state.num_train_epochs * (1 - share) / max(rate, 1e-9)
        return (
            f"step {state.global_step} of {state.max_steps}, {rate:.0f} samples/s, "
            f"about {math.ceil(left)} s left"
        )
