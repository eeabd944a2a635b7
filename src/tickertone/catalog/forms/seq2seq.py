"""The form of encoder-decoders such as Flan-T5: the prompt is encoded, the answer decoded."""

from typing import Literal

from tickertone.catalog.forms.prompted import PromptedForm


class Seq2SeqForm(PromptedForm):
    """A base of the T5 architecture."""

    family: Literal["seq2seq"]
