"""How good predictions are, and how sure one can be of it.

Every metric is a function of sums over texts, and takes any number of leading axes: the same code
gives the point estimate from one sum and a bootstrap distribution from a thousand.
"""
