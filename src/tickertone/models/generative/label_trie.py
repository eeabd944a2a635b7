"""Label words as a trie of token ids, so that what words share is computed once.

A node is a prefix of some word that is followed by a token; the root, node 0, is the empty prefix.
A network has to be asked once a node: what comes next here? A word of one token needs the root
alone, and so three words of one token need one node.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class LabelTrie:
    """`parents[i]` is the node before node i, `tokens[i]` the token that leads from it to i.

    Nodes are numbered by depth, so a parent comes before its children. The root's parent is itself
    and its token -1. `words[label]` is the word as (node, token that follows it there) pairs.
    """

    parents: tuple[int, ...]
    tokens: tuple[int, ...]
    depths: tuple[int, ...]
    words: tuple[tuple[tuple[int, int], ...], ...]

    def __len__(self) -> int:
        return len(self.parents)

    def ancestors(self, node: int) -> list[int]:
        """The nodes on the way from the root to a node, both included."""
        path = [node]
        while path[-1] != 0:
            path.append(self.parents[path[-1]])
        return path[::-1]


def label_trie(words: Sequence[Sequence[int]]) -> LabelTrie:
    """The trie of words, each a sequence of token ids.

    Raises ValueError for an empty word, and for two that are the same.
    """
    spelt = [tuple(word) for word in words]
    if not all(spelt):
        raise ValueError("a word without tokens")
    if len(set(spelt)) < len(spelt):
        raise ValueError("two words of the same tokens")
    prefixes = {word[:length] for word in spelt for length in range(len(word))}
    ordered = sorted(prefixes, key=lambda prefix: (len(prefix), prefix))
    node = {prefix: i for i, prefix in enumerate(ordered)}
    return LabelTrie(
        parents=tuple(node[prefix[:-1]] for prefix in ordered),
        tokens=tuple(prefix[-1] if prefix else -1 for prefix in ordered),
        depths=tuple(len(prefix) for prefix in ordered),
        words=tuple(
            tuple((node[word[:length]], word[length]) for length in range(len(word)))
            for word in spelt
        ),
    )
