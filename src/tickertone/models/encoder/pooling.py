"""A classifier on the mean of an encoder's token vectors, for bases trained with mean pooling.

Sentence encoders such as MiniLM were trained so (Reimers and Gurevych 2019, section 3); the pooler
on the first token, which the architecture's own classification head uses, was not.
"""

from typing import Any

import torch
from transformers import PreTrainedModel
from transformers.modeling_outputs import SequenceClassifierOutput

from tickertone.models.token_batches import mean_of_tokens


class MeanPooledClassifier(PreTrainedModel):  # type: ignore[misc]
    """encoder -> mean over tokens -> dropout -> linear layer."""

    base_model_prefix = "encoder"
    # This class has no attention of its own; the encoder checks for itself what it supports.
    _supports_sdpa = _supports_flash_attn = _supports_flex_attn = _supports_attention_backend = True

    def __init__(self, config: Any, encoder: Any) -> None:
        super().__init__(config)
        self.encoder = encoder
        if getattr(encoder, "pooler", None) is not None:
            encoder.pooler = None  # on the first token; unused here, so neither tuned nor stored
        self.dropout = torch.nn.Dropout(getattr(config, "hidden_dropout_prob", 0.1))
        self.classifier = torch.nn.Linear(config.hidden_size, config.num_labels)
        self.post_init()

    def _init_weights(self, module: Any) -> None:
        """Leave every weight alone: they are loaded, or drawn by the loader."""

    def forward(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor,
        labels: torch.Tensor | None = None,  # noqa: ARG002 (the trainer computes the loss)
        **inputs: Any,
    ) -> SequenceClassifierOutput:
        """Logits, (n, labels)."""
        output = self.encoder(input_ids=input_ids, attention_mask=attention_mask, **inputs)
        pooled = mean_of_tokens(output.last_hidden_state, attention_mask)
        return SequenceClassifierOutput(logits=self.classifier(self.dropout(pooled)))
