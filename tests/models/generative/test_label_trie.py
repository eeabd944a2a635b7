import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickertone.models.generative.label_trie import label_trie


def test_words_of_one_token_need_the_root_alone():
    trie = label_trie([[5], [9], [7]])
    assert len(trie) == 1
    assert trie.words == (((0, 5),), ((0, 9),), ((0, 7),))


def test_words_share_the_nodes_of_what_they_begin_with():
    trie = label_trie([[5, 1, 2], [5, 1, 3], [5]])
    assert trie.tokens == (-1, 5, 1)
    assert trie.parents == (0, 0, 1)
    assert trie.words[2] == ((0, 5),)


WORDS = st.lists(
    st.lists(st.integers(0, 3), min_size=1, max_size=5), min_size=1, max_size=6, unique_by=tuple
)


@given(WORDS)
def test_the_way_to_each_node_spells_the_word_before_it(words):
    trie = label_trie(words)
    for word, steps in zip(words, trie.words, strict=True):
        assert [token for _, token in steps] == word
        for length, (node, _) in enumerate(steps):
            spelt = [trie.tokens[ancestor] for ancestor in trie.ancestors(node)[1:]]
            assert spelt == word[:length]
            assert trie.depths[node] == length
    assert len(trie) == len({tuple(w[:n]) for w in words for n in range(len(w))})


@pytest.mark.parametrize("words", [[[1], []], [[1, 2], [1, 2]]])
def test_words_that_cannot_be_told_apart_are_refused(words):
    with pytest.raises(ValueError, match="word"):
        label_trie(words)
