"""What the engine costs beside what users would pick instead: ``python -m benchmarks`` measures, compares and writes.

A part is a module with ``measure``, which takes a :class:`~benchmarks.table.Size` and yields a
:class:`~benchmarks.table.Row` for every figure. Before anything is timed, a part compares the answers of all peers.
"""
