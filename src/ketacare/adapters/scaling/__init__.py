"""The same work in this process, on several workers of this machine, or on a cluster elsewhere.

Work is a list of tasks that know nothing of each other and a function that does one. Results come
back in the order of the tasks, whoever did them and whenever, so that what is added up from them
does not depend on where they were computed.
"""

from ketacare.adapters.scaling.places import Here, Place, Workers, place_of
from ketacare.adapters.scaling.running import Progress, run_tasks
from ketacare.adapters.scaling.store import Store, fingerprint

__all__ = [
    "Here",
    "Place",
    "Progress",
    "Store",
    "Workers",
    "fingerprint",
    "place_of",
    "run_tasks",
]
