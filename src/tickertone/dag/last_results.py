"""What each step of each experiment came to last, told by the journals."""

from tickertone.dag.planner import Node
from tickertone.store.journal import Entry
from tickertone.store.replay import replay
from tickertone.workspace import Workspace


class LastResults:
    """The last good entry of every step, by experiment: experiments may ask it for other splits."""

    def __init__(self, workspace: Workspace) -> None:
        self._last: dict[Node, dict[str, Entry]] = {}
        for entry in replay(workspace).done:
            if entry.parts is None:
                continue
            of_node = self._last.setdefault(Node(entry.stage, entry.subject), {})
            of_node.pop(entry.experiment, None)  # to the end: the newest is the last
            of_node[entry.experiment] = entry

    def of(self, experiment: str, node: Node) -> Entry | None:
        """What a step came to in one experiment."""
        return self._last.get(node, {}).get(experiment)

    def since(self, experiment: str, node: Node) -> list[Entry]:
        """What a step came to in one experiment, and later in others, newest first.

        What it came to earlier is left out, unless that experiment never had the step.
        """
        newest_first = [*reversed(self._last.get(node, {}).values())]
        own = self.of(experiment, node)
        return newest_first[: newest_first.index(own) + 1] if own else newest_first

    def newest(self, experiment: str, node: Node) -> Entry | None:
        """What a step came to in one experiment, else in any other."""
        return self.of(experiment, node) or next(iter(self.since(experiment, node)), None)
