"""How hard Hypothesis tries: ``HYPOTHESIS_PROFILE`` is repeatable (the default), few, fresh or thorough.

Who runs the tests gets the examples, and the order of tests, that everybody gets: a failure is of the change at hand.
More examples of the same seed each time would find nothing new tomorrow. ``few`` is for a second run of the same tests,
on another Python. The last two begin at a new seed each time; CONTRIBUTING tells how to hunt with them. Slow tests take
a part of these examples, see ``trying``.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "fresh",
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],  # the machine may be busy with something else
)
settings.register_profile("repeatable", settings.get_profile("fresh"), derandomize=True, max_examples=50)
settings.register_profile("few", settings.get_profile("repeatable"), max_examples=10)
settings.register_profile("thorough", settings.get_profile("fresh"), max_examples=5_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))
