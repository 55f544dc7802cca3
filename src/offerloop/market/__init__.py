"""A simulated shop whose true effects are known: where estimators, allocators and the loop are judged.

Everything that comes out of it is synthetic and says so.
"""
