"""Model families: fit on examples, give logits for texts. They know no store and no stage."""
