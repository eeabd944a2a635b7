"""Near-twins: texts that say the same but for URLs, case, punctuation and a few characters.

Two texts are near-twins if the sets of their character 4-grams have a Jaccard similarity of at
least a threshold, 0.8 by default. Grams are taken from `near_words` (URLs removed, lower case, runs
of letters and digits), word by word, each word with a space on either side; a word of one letter
gives one short gram (the `char_wb` analyser of scikit-learn). Words keep their borders because they
tell more than 4-grams across them: a changed number or name then costs only its own grams.

Letters and digits are those of Unicode. The figure of 169 TFSN rows with a near-twin in Twitter
Train counts ASCII ones alone; this module finds 168. The one more is a Chinese headline in
traditional script whose simplified twin is in train: without its Chinese letters only the names
are left, and they agree. ASCII alone would make twins of all texts that differ in such letters.

A text without letters and digits (a bare URL, an emoji) has no gram: the whole text takes their
place, so two bare URLs are twins only if they are the same.

The search is exact: no pair is missed and none is guessed. Prefix filter (Chaudhuri, Ganti, Kaushik
2006; Bayardo, Ma, Srikant 2007): order all grams from rare to common. If |x & y| >= t |x | y|, then
x and y share k grams among the first |x| - ceil(t |x|) + k of x and the like of y, for any k up to
t |x| (Wang, Li, Feng 2012). A sparse product of these prefixes counts what they share; with k at
one in twenty grams, that and the sizes (t |x| <= |y| <= |x| / t) rule out nearly all pairs also of
long texts, where a single gram is shared by many. The rest are counted in full.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tickertone.identity.text import near_words, normalise

THRESHOLD = 0.8
GRAM = 4
Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
_BLOCK_ROWS = 2048  # rows of one sparse product: bounds its memory
_BLOCK_PAIRS = 1 << 17  # pairs counted at a time
_GRAMS_PER_SHARED = 20  # k above: one for so many grams, and at least one
_EPSILON = 1e-9  # 0.8 * 5 must not round up to more than 4


@dataclass(frozen=True)
class Twins:
    """Pairs in the order of (left, right): positions in the two sequences, and their Jaccard."""

    left: Integers
    right: Integers
    jaccard: Floats

    def __len__(self) -> int:
        return len(self.left)


def find_twins(left: Sequence[str], right: Sequence[str], threshold: float = THRESHOLD) -> Twins:
    """All pairs (i, j) of near-twins, i a position in `left` and j one in `right`.

    Both parts of a pair of texts go in as one text, joined by a space. A text is its own twin, so
    that `find_twins(texts, texts)` holds every (i, i). Raises ValueError unless 0 < threshold <= 1.
    """
    left_of, left_keys = _distinct(left)
    right_of, right_keys = _distinct(right)
    keys = list(dict.fromkeys([*left_keys, *right_keys]))
    place = {key: i for i, key in enumerate(keys)}
    rows = np.array([place[key] for key in left_keys], dtype=np.int64)
    columns = np.array([place[key] for key in right_keys], dtype=np.int64)
    found = _join(_grams(keys), rows, columns, threshold)
    return _expand(found, left_of, right_of)


def clusters(texts: Sequence[str], threshold: float = THRESHOLD) -> Integers:
    """Shape (len(texts),): the connected component of each text, near-twins being neighbours.

    Components are numbered by first appearance. Twins of twins are together, twins or not.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    key_of, keys = _distinct(texts)
    everyone = np.arange(len(keys), dtype=np.int64)
    found = _join(_grams(keys), everyone, everyone, threshold)
    edges = coo_array(
        (np.ones(len(found), dtype=np.int8), (found.left, found.right)), shape=(len(keys),) * 2
    )
    labels: Integers = connected_components(edges, directed=False)[1].astype(np.int64)
    return _by_first_appearance(labels[key_of])


def twin_key(text: str) -> str:
    """What grams are taken from: equal for texts that differ in URLs, case or punctuation only."""
    return near_words(text) or normalise(text)


def _distinct(texts: Sequence[str]) -> tuple[Integers, list[str]]:
    """For each text the position of its key, and the distinct keys."""
    place: dict[str, int] = {}
    of = [place.setdefault(twin_key(text), len(place)) for text in texts]
    return np.array(of, dtype=np.int64), list(place)


def _grams(keys: Sequence[str]) -> Any:
    """CSR matrix, shape (len(keys), grams), of ones: which key has which gram, rarest gram first.

    Keys must be distinct. One without words gets a gram of its own.
    """
    from scipy.sparse import csr_array

    row, gram = _four_grams(keys)
    known = int(gram.max(initial=-1)) + 1
    bare = np.setdiff1d(np.arange(len(keys), dtype=np.int64), row)
    row = np.concatenate([row, bare])
    gram = np.concatenate([gram, known + np.arange(len(bare), dtype=np.int64)])
    shape = (len(keys), known + len(bare))
    matrix = csr_array((np.ones(len(row), dtype=np.int32), (row, gram)), shape=shape)
    matrix.data[:] = 1  # a gram that a key has twice was summed to 2
    frequency = np.bincount(matrix.indices, minlength=shape[1])
    rank = np.empty_like(frequency)
    rank[np.argsort(frequency, kind="stable")] = np.arange(len(frequency))
    matrix = csr_array((matrix.data, rank[matrix.indices], matrix.indptr), shape=shape)
    matrix.sort_indices()
    return matrix


def _four_grams(keys: Sequence[str]) -> tuple[Integers, Integers]:
    """(row, gram number) of every gram of every key that has words."""
    words = [(i, word) for i, key in enumerate(keys) for word in _words(key)]
    framed = [f" {word} " if len(word) > 1 else f" {word} \0" for _, word in words]
    lengths = np.array([len(word) for word in framed], dtype=np.int64)
    joined = "".join(framed).encode("utf-32-le")
    # Numbered twice, characters then pairs, so that no alphabet is too large for 64 bits.
    gram, width = np.frombuffer(joined, dtype=np.uint32).astype(np.int64), 1
    while width < GRAM:
        gram = _numbered(gram[:-width], gram[width:])
        width *= 2
    row = np.repeat(np.array([i for i, _ in words], dtype=np.int64), lengths)[: len(gram)]
    end = np.repeat(np.cumsum(lengths), lengths)[: len(gram)]
    inside = np.arange(len(gram)) + GRAM <= end  # none that reaches into the next word
    return row[inside], gram[inside]


def _words(key: str) -> list[str]:
    """The words of a key; none if it stands for a text without letters and digits."""
    words = key.split(" ")
    return words if all(word.isalnum() for word in words) else []


def _numbered(first: Integers, second: Integers) -> Integers:
    """A dense number for each distinct (first, second)."""
    codes = first * (int(second.max(initial=0)) + 1) + second
    numbers: Integers = np.unique(codes, return_inverse=True)[1].astype(np.int64)
    return numbers


def _join(grams: Any, rows: Integers, columns: Integers, threshold: float) -> Twins:
    """All pairs of `rows` x `columns` (of the matrix of grams) with Jaccard >= threshold."""
    if not 0 < threshold <= 1:
        raise ValueError(f"threshold {threshold} is not above 0 and at most 1")
    sizes = np.diff(grams.indptr).astype(np.int64)
    # Never more than a pair of twins shares at all, however low the threshold.
    shared = np.maximum(1, np.floor(sizes * min(threshold, 1 / _GRAMS_PER_SHARED))).astype(np.int64)
    prefixes = _prefixes(grams, sizes, threshold, shared)
    against = prefixes[columns].T.tocsr()
    found: list[tuple[Integers, Integers, Floats]] = []
    for start in range(0, len(rows), _BLOCK_ROWS):
        block = rows[start : start + _BLOCK_ROWS]
        candidates = (prefixes[block] @ against).tocoo()
        i, j = candidates.row.astype(np.int64), candidates.col.astype(np.int64)
        a, b = sizes[block[i]], sizes[columns[j]]
        near = np.minimum(a, b) >= threshold * np.maximum(a, b) - _EPSILON
        near &= candidates.data >= np.minimum(shared[block[i]], shared[columns[j]])
        i, j = i[near], j[near]
        jaccard = _jaccard(grams, sizes, block[i], columns[j])
        twin = jaccard >= threshold - _EPSILON
        found.append((i[twin] + start, j[twin], jaccard[twin]))
    if not found:
        return Twins(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
    return _ordered(*(np.concatenate(part) for part in zip(*found, strict=True)))


def _prefixes(grams: Any, sizes: Integers, threshold: float, shared: Integers) -> Any:
    """The rarest |x| - ceil(t |x|) + k grams of each row, same shape; `shared` holds each k."""
    from scipy.sparse import csr_array

    keep = sizes - np.ceil(threshold * sizes - _EPSILON).astype(np.int64) + shared
    rank = np.arange(grams.nnz) - np.repeat(grams.indptr[:-1], sizes)
    row = np.repeat(np.arange(len(sizes)), sizes)
    kept = rank < keep[row]
    return csr_array(
        (grams.data[kept], (row[kept], grams.indices[kept])), shape=grams.shape, dtype=np.int32
    )


def _jaccard(grams: Any, sizes: Integers, first: Integers, second: Integers) -> Floats:
    """Jaccard of row first[k] and row second[k], for each k."""
    common = np.zeros(len(first), dtype=np.int64)
    for start in range(0, len(first), _BLOCK_PAIRS):
        part = slice(start, start + _BLOCK_PAIRS)
        both = grams[first[part]].multiply(grams[second[part]])
        common[part] = np.asarray(both.sum(axis=1)).ravel()
    result: Floats = common / (sizes[first] + sizes[second] - common)
    return result


def _expand(found: Twins, left_of: Integers, right_of: Integers) -> Twins:
    """Pairs of texts from pairs of distinct keys, which several texts may share."""
    lefts, rights = _members(left_of), _members(right_of)
    if len(lefts) == len(left_of) and len(rights) == len(right_of):
        return found
    i = [np.repeat(lefts[a], len(rights[b])) for a, b in zip(found.left, found.right, strict=True)]
    j = [np.tile(rights[b], len(lefts[a])) for a, b in zip(found.left, found.right, strict=True)]
    times = [len(part) for part in i]
    empty = [np.zeros(0, dtype=np.int64)]
    return _ordered(
        np.concatenate(i + empty), np.concatenate(j + empty), np.repeat(found.jaccard, times)
    )


def _members(key_of: Integers) -> list[Integers]:
    """For each key the positions of its texts."""
    if not len(key_of):
        return []
    order = np.argsort(key_of, kind="stable")
    return np.split(order.astype(np.int64), np.cumsum(np.bincount(key_of))[:-1])


def _ordered(left: Integers, right: Integers, jaccard: Floats) -> Twins:
    order = np.lexsort((right, left))
    return Twins(left[order], right[order], jaccard[order])


def _by_first_appearance(labels: Integers) -> Integers:
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[inverse]
