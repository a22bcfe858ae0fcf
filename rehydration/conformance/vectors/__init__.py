"""Test vectors: small histories, what is asked of them, and the answers, for engines in any language.

Here belong the histories, an opinion of the rules that is independent of the engine, and the lines that are written.
The engine is not known here: the tests compare it with these answers.
"""
