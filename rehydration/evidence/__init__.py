"""Evidence: what somebody saw on an instance of their own, and what follows for the questions that AWS leaves open.

:func:`read_observations` reads what was seen, :func:`narrow` finds the policies that explain all of it, and
:func:`next_experiment` names the smallest experiment that tells the remaining policies apart.
"""

from rehydration.evidence.experiments import EXPERIMENTS, Experiment, fewest_experiments, next_experiment
from rehydration.evidence.narrowing import Contradicting, narrow
from rehydration.evidence.observation import Observation, read_observations, schema, scrubbed, write_observations
from rehydration.knowledge import Knowledge

__all__ = [
    "EXPERIMENTS",
    "Contradicting",
    "Experiment",
    "Knowledge",
    "Observation",
    "fewest_experiments",
    "narrow",
    "next_experiment",
    "read_observations",
    "schema",
    "scrubbed",
    "write_observations",
]
