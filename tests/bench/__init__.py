"""`make bench`: what pages cost, in units of a reference page served in the same run.

The measure is explained in docs/benchmark.md. A benchmark, not a test: nothing here fails.
"""
