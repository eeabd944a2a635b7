"""What a model is when it scores: all of a recipe that still matters once the model is fitted.

Cut from the recipes so that scoring depends on no field that only training reads.
"""
