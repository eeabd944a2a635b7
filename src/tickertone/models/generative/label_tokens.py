"""The token ids of label words, as a tokenizer writes them where the answer stands."""

from typing import Any

from tickertone.errors import ModelError
from tickertone.models.generative.label_trie import LabelTrie, label_trie


def word_trie(
    tokenizer: Any, words: tuple[str, ...], *, after: str | None, end_token: bool
) -> LabelTrie:
    """The trie of `words`, in order.

    `after` is what stands before the answer in the same sequence, such as "Sentiment:"; None if the
    answer begins a sequence of its own. `end_token` adds the end of the sequence to each word.
    Raises ModelError for words that the tokenizer cannot tell apart or cannot write.
    """
    spelt = [_tokens(tokenizer, word, after) for word in words]
    if end_token:
        spelt = [[*tokens, _end(tokenizer)] for tokens in spelt]
    for i, tokens in enumerate(spelt):
        if not tokens or tokenizer.unk_token_id in tokens:
            raise _refused(words[i], "the tokenizer has no token for a part of it")
        for j in range(i):
            if spelt[j] == tokens:
                raise _refused(words[i], f"the same tokens as {words[j]!r}")
    return label_trie(spelt)


def _tokens(tokenizer: Any, word: str, after: str | None) -> list[int]:
    if after is None:
        return list(tokenizer(word, add_special_tokens=False)["input_ids"])
    before = tokenizer(after, add_special_tokens=False)["input_ids"]
    both = tokenizer(f"{after} {word}", add_special_tokens=False)["input_ids"]
    if both[: len(before)] != before:
        raise _refused(word, f"it changes the tokens of {after!r} before it")
    return list(both[len(before) :])


def _end(tokenizer: Any) -> int:
    for token in (tokenizer.eos_token_id, tokenizer.sep_token_id):
        if token is not None:
            return int(token)
    raise ModelError(
        "scoring.end_token",
        found="a tokenizer without an end-of-sequence token",
        remedy="set scoring.end_token to false",
    )


def _refused(word: str, found: str) -> ModelError:
    return ModelError(
        f"label word {word!r}",
        found=found,
        expected="words that the tokenizer of the base tells apart",
        remedy="choose another word in words of the model in data/models.yaml",
    )
