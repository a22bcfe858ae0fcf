"""The conformance suite: any implementation of chat rehydration, judged by the documented rules.

Here belong the cases, as data, and what runs them. The suite knows a target through its interface alone, and of this
library only public names.
"""
