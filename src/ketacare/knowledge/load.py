"""What the rest of the project calls to get clinical content: one import for every kind of file.

Each name here is offered by a module of ``ketacare.knowledge.loading``; loading is cached, and a
file that is wrong raises :class:`~ketacare.core.errors.KnowledgeError` naming file and key.
"""

from ketacare.knowledge.loading.banks import load_banks
from ketacare.knowledge.loading.bedside import load_observations
from ketacare.knowledge.loading.cabinet import load_cabinet_rules
from ketacare.knowledge.loading.crisis import load_crisis_help
from ketacare.knowledge.loading.devices import load_device_profile
from ketacare.knowledge.loading.drugs import (
    effect_model_ids,
    load_effect_model,
    load_pk_model,
    load_scenarios,
    pk_model_ids,
)
from ketacare.knowledge.loading.events import load_adverse_events
from ketacare.knowledge.loading.evidence import load_prior
from ketacare.knowledge.loading.instruments import load_instruments
from ketacare.knowledge.loading.links import load_links
from ketacare.knowledge.loading.measures import load_dose_timing
from ketacare.knowledge.loading.planning import load_adaptive_rules, load_weights
from ketacare.knowledge.loading.protocols import load_protocol, protocol_ids
from ketacare.knowledge.loading.rescue import load_rescue, load_rule_list
from ketacare.knowledge.loading.risk import load_risk_policy
from ketacare.knowledge.loading.safety import load_policy
from ketacare.knowledge.loading.sources import load_sources
from ketacare.knowledge.loading.staging import load_staging, staging_ids
from ketacare.knowledge.loading.staging_points import load_staging_points, staging_points_ids
from ketacare.knowledge.loading.studies import load_studies
from ketacare.knowledge.loading.therapy import load_integration_window
from ketacare.knowledge.loading.treatments import find_treatment, load_treatments
from ketacare.knowledge.loading.virtual import load_virtual_clinic
from ketacare.knowledge.loading.visit import load_calls, load_check_in
from ketacare.knowledge.loading.watch import load_watch_rules
from ketacare.knowledge.loading.wordings import with_site_texts

__all__ = [
    "effect_model_ids",
    "find_treatment",
    "load_adaptive_rules",
    "load_adverse_events",
    "load_banks",
    "load_cabinet_rules",
    "load_calls",
    "load_check_in",
    "load_crisis_help",
    "load_device_profile",
    "load_dose_timing",
    "load_effect_model",
    "load_instruments",
    "load_integration_window",
    "load_links",
    "load_observations",
    "load_pk_model",
    "load_policy",
    "load_prior",
    "load_protocol",
    "load_rescue",
    "load_risk_policy",
    "load_rule_list",
    "load_scenarios",
    "load_sources",
    "load_staging",
    "load_staging_points",
    "load_studies",
    "load_treatments",
    "load_virtual_clinic",
    "load_watch_rules",
    "load_weights",
    "pk_model_ids",
    "protocol_ids",
    "staging_ids",
    "staging_points_ids",
    "with_site_texts",
]
