"""A second implementation of what the suite asks, by the rules, the suite's page and what we chose alone.

Standard library only; nothing of the package is imported, so that it is an opinion of its own.
"""
