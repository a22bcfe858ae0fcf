"""Hosts that the engine is embedded in, one package each, importable only with that host.

Here belongs what binds the library to a host. A host's code knows no rule.
"""
