"""Everything a person can be allowed to do, as a closed list of ``subject:action``.

A page that needs something new adds a line here and says in roles.py who has it.
"""

from enum import StrEnum


class Permission(StrEnum):
    """One thing a role may do."""

    ACCOUNT_OWN = "account:own"  # own password, second factor, drafts: everybody who can sign in
    BOARD_VIEW = "board:view"
    TASK_EDIT = "task:edit"
    PATIENT_VIEW = "patient:view"  # name, contact, appointments
    PATIENT_CREATE = "patient:create"
    PATIENT_EDIT = "patient:edit"
    CHART_VIEW = "chart:view"  # the clinical chart: the loop at a glance
    HISTORY_VIEW = "history:view"
    HISTORY_EDIT = "history:edit"
    ELIGIBILITY_VIEW = "eligibility:view"
    ELIGIBILITY_EDIT = "eligibility:edit"  # findings and facts the rules ask for
    ELIGIBILITY_SIGN = "eligibility:sign"  # the review as a whole
    ELIGIBILITY_OVERRIDE = "eligibility:override"
    ELIGIBILITY_COSIGN = "eligibility:cosign"
    PLAN_VIEW = "plan:view"
    PLAN_PROPOSE = "plan:propose"
    PLAN_SIGN = "plan:sign"
    PLAN_WEIGH = "plan:weigh"  # how the clinic weighs options, for everybody's ranking
    INFUSION_VIEW = "infusion:view"
    INFUSION_RUN = "infusion:run"
    INFUSION_DISCHARGE = "infusion:discharge"
    RECORD_SEAL = "record:seal"  # seal a session's record, and add to a sealed one
    VITALS_VIEW = "vitals:view"
    VITALS_RECORD = "vitals:record"
    QUESTIONNAIRE_SEND = "questionnaire:send"
    QUESTIONNAIRE_VIEW = "questionnaire:view"
    QUESTIONNAIRE_RECORD = "questionnaire:record"  # a scale rated by a clinician, such as HAM-A
    THERAPY_VIEW = "therapy:view"
    THERAPY_EDIT = "therapy:edit"
    CABINET_VIEW = "cabinet:view"  # balances and ledger; names of patients need patient:view
    CABINET_HANDLE = "cabinet:handle"  # draw, waste, put back, count
    CABINET_RECEIVE = "cabinet:receive"  # receive, and hand to a reverse distributor
    CABINET_WITNESS = "cabinet:witness"  # sign as the second person
    CABINET_CASE = "cabinet:case"  # inventory, and what does not add up
    OUTCOMES_VIEW = "outcomes:view"
    REGISTRY_VIEW = "registry:view"  # consented and de-identified
    POLICY_VIEW = "policy:view"
    POLICY_SIGN = "policy:sign"  # each part by who answers for it (policy/access.py)
    AUDIT_VIEW = "audit:view"
    USERS_MANAGE = "users:manage"
    SAMPLE_VIEW = "sample:view"  # what the sample data is and how it was made
