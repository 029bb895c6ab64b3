"""Every kind of event as ``subject:object:action``, each with the sentence that presents it.

The list is closed: :func:`ketacare.clinic.audit.record` refuses a tag that is not here. To add
one, add it to :class:`Tag` and to :data:`SENTENCES`; a test holds them together. A sentence may
use ``{actor}``, ``{reason}`` and the names of the event's details.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Tag(StrEnum):
    """What happened."""

    # Sign-in and people
    SIGNED_IN = "account:session:started"
    SIGN_IN_FAILED = "account:session:refused"
    SIGNED_OUT = "account:session:ended"
    SESSION_TIMED_OUT = "account:session:timed_out"
    SESSION_LOOKED_ON = "account:session:looked_on"
    SESSION_RESUMED = "account:session:resumed"
    FACTOR_ADDED = "account:factor:added"
    FACTOR_REMOVED = "account:factor:removed"
    USER_ADDED = "clinic:user:added"
    USER_CHANGED = "clinic:user:changed"
    USER_PASSWORD_SET = "clinic:user:password_set"  # noqa: S105 - a tag, not a password
    AUDIT_READ = "clinic:audit:read"
    POLICY_SIGNED = "clinic:policy:signed"
    SAMPLE_LOADED = "clinic:sample:loaded"
    EXPORTED = "clinic:data:exported"
    # Reading a patient
    CHART_READ = "patient:chart:read"
    HISTORY_READ = "patient:history:read"
    ELIGIBILITY_READ = "patient:eligibility:read"
    PLAN_READ = "patient:plan:read"
    INFUSION_READ = "patient:infusion:read"
    QUESTIONNAIRE_READ = "patient:questionnaire:read"
    THERAPY_READ = "patient:therapy:read"
    PATIENT_READ = "patient:record:read"
    RECORD_READ = "patient:infusion_record:read"
    RECORD_COPIED = "patient:infusion_record:copied"
    # Patient and history
    PATIENT_ADDED = "patient:record:added"
    PATIENT_CHANGED = "patient:record:changed"
    CONSENT_CHANGED = "patient:consent:changed"
    DIAGNOSIS_ADDED = "history:diagnosis:added"
    DIAGNOSIS_CHANGED = "history:diagnosis:changed"
    DIAGNOSIS_REMOVED = "history:diagnosis:removed"
    TRIAL_ADDED = "history:trial:added"
    TRIAL_CHANGED = "history:trial:changed"
    TRIAL_REMOVED = "history:trial:removed"
    MEDICINE_ADDED = "history:medicine:added"
    MEDICINE_CHANGED = "history:medicine:changed"
    MEDICINE_REMOVED = "history:medicine:removed"
    HISTORY_ASKED = "history:telling:asked"
    HISTORY_TOLD = "history:telling:told"
    HISTORY_TAKEN_BACK = "history:telling:taken_back"
    HISTORY_CONFIRMED = "history:telling:confirmed"
    HISTORY_SET_ASIDE = "history:telling:set_aside"
    # Eligibility
    FACT_RECORDED = "eligibility:fact:recorded"
    FACT_CORRECTED = "eligibility:fact:corrected"
    REVIEWED = "eligibility:review:signed"
    OVERRIDDEN = "eligibility:finding:overridden"
    OVERRIDE_COSIGNED = "eligibility:finding:cosigned"
    OVERRIDE_WITHDRAWN = "eligibility:finding:override_withdrawn"
    # Plan
    ADVICE_COMPUTED = "plan:advice:computed"
    ADVICE_CHECKED = "plan:advice:checked"
    OUTLOOK_DRAWN = "plan:outlook:drawn"
    WEIGHTS_CHANGED = "plan:weights:changed"
    PLAN_PROPOSED = "plan:plan:proposed"
    PLAN_SIGNED = "plan:plan:signed"
    PLAN_DECLINED = "plan:plan:declined"
    PLAN_CHANGED = "plan:plan:changed"
    PLAN_STOPPED = "plan:plan:stopped"
    # Infusion
    INFUSION_BOOKED = "infusion:session:booked"
    INFUSION_CHECKED = "infusion:session:checked"
    INFUSION_CHECKED_IN = "infusion:session:checked_in"
    INFUSION_STEP_SKIPPED = "infusion:session:step_skipped"
    INFUSION_PREPARED = "infusion:session:prepared"
    INFUSION_SECOND_CHECKED = "infusion:session:second_checked"
    INFUSION_MISMATCH = "infusion:session:mismatch"
    INFUSION_STARTED = "infusion:run:started"
    INFUSION_RATE_CHANGED = "infusion:run:rate_changed"
    INFUSION_PAUSED = "infusion:run:paused"
    INFUSION_RESUMED = "infusion:run:resumed"
    INFUSION_STOPPED = "infusion:run:stopped"
    INFUSION_COMPLETED = "infusion:run:completed"
    LIMIT_CROSSED = "infusion:limit:crossed"
    LIMIT_ACKNOWLEDGED = "infusion:limit:acknowledged"
    LIMIT_ESCALATED = "infusion:limit:escalated"
    EVENT_RECORDED = "infusion:event:recorded"
    EVENT_REVIEWED = "infusion:event:reviewed"
    EVENT_REPORTED = "infusion:event:reported"
    INFUSION_NOTE = "infusion:run:noted"
    INFUSION_CANCELLED = "infusion:session:cancelled"
    INFUSION_CALLED = "infusion:session:called"
    DISCHARGED = "infusion:session:discharged"
    RECORD_SEALED = "infusion:record:sealed"
    RECORD_ADDED = "infusion:record:added"
    DISCHARGE_REFUSED = "infusion:session:discharge_refused"
    ALERT_RAISED = "infusion:alert:raised"
    ALERT_ACKNOWLEDGED = "infusion:alert:acknowledged"
    # Vital signs
    OBSERVATION_RECORDED = "vitals:observation:recorded"
    OBSERVATION_CORRECTED = "vitals:observation:corrected"
    MONITOR_ASSIGNED = "vitals:monitor:assigned"
    MONITOR_RELEASED = "vitals:monitor:released"
    MESSAGES_RECEIVED = "vitals:monitor:received"
    MESSAGE_REFUSED = "vitals:monitor:refused"
    MESSAGE_READ = "vitals:message:read"
    MESSAGE_ATTACHED = "vitals:message:attached"
    MESSAGE_SET_ASIDE = "vitals:message:set_aside"
    # Questionnaires
    QUESTIONNAIRE_SENT = "questionnaire:link:sent"
    QUESTIONNAIRE_OPENED = "questionnaire:link:opened"
    QUESTIONNAIRE_CANCELLED = "questionnaire:link:cancelled"
    QUESTIONNAIRE_ANSWERED = "questionnaire:answer:given"
    QUESTIONNAIRE_RATED = "questionnaire:answer:rated"
    RISK_RAISED = "questionnaire:risk:raised"
    RISK_NAMED = "questionnaire:risk:named"
    RISK_TAKEN = "questionnaire:risk:taken"
    RISK_ESCALATED = "questionnaire:risk:escalated"
    RISK_ACKNOWLEDGED = "questionnaire:risk:acknowledged"
    # Therapy
    THERAPY_BOOKED = "therapy:session:booked"
    THERAPY_RECORDED = "therapy:session:recorded"
    THERAPY_CHANGED = "therapy:session:changed"
    THERAPY_CANCELLED = "therapy:session:cancelled"
    # Cabinet
    CABINET_RECEIVED = "cabinet:stock:received"
    CABINET_DISPATCHED = "cabinet:stock:dispatched"
    CABINET_DISCARDED = "cabinet:stock:discarded"
    CABINET_DRAWN = "cabinet:infusion:drawn"
    CABINET_ADMINISTERED = "cabinet:infusion:administered"
    CABINET_WASTED = "cabinet:infusion:wasted"
    CABINET_RETURNED = "cabinet:infusion:returned"
    CABINET_REVERSED = "cabinet:entry:reversed"
    CABINET_COUNTED = "cabinet:stock:counted"
    CABINET_CASE_OPENED = "cabinet:case:opened"
    CABINET_CASE_STEP = "cabinet:case:told"
    CABINET_CASE_CLOSED = "cabinet:case:closed"
    CABINET_READ = "cabinet:ledger:read"
    # Work
    TASK_OPENED = "work:task:opened"
    TASK_DONE = "work:task:done"
    TASK_CANCELLED = "work:task:cancelled"


SENTENCES: Mapping[Tag, str | Promise] = {
    Tag.SIGNED_IN: _("{actor} signed in."),
    Tag.SIGN_IN_FAILED: _("A sign-in was refused."),
    Tag.SIGNED_OUT: _("{actor} signed out."),
    Tag.SESSION_TIMED_OUT: _("{actor} was signed out because the session's time was over."),
    Tag.SESSION_LOOKED_ON: _(
        "{actor}'s page of an open infusion stayed visible without anybody using it."
    ),
    Tag.SESSION_RESUMED: _("{actor} gave the password again beside an open infusion."),
    Tag.FACTOR_ADDED: _("{actor} added a second factor ({kind})."),
    Tag.FACTOR_REMOVED: _("{actor} removed a second factor ({kind})."),
    Tag.USER_ADDED: _("{actor} added a person to the clinic."),
    Tag.USER_CHANGED: _("{actor} changed a person's name, role or access. Reason: {reason}"),
    Tag.USER_PASSWORD_SET: _("{actor} gave a person a new password."),
    Tag.AUDIT_READ: _("{actor} read the audit log."),
    Tag.POLICY_SIGNED: _("{actor} signed a part of the policy ({part}). Reason: {reason}"),
    Tag.SAMPLE_LOADED: _("{actor} loaded the sample data."),
    Tag.EXPORTED: _("{actor} exported data."),
    Tag.CHART_READ: _("{actor} read the chart."),
    Tag.HISTORY_READ: _("{actor} read the history."),
    Tag.ELIGIBILITY_READ: _("{actor} read the eligibility review."),
    Tag.PLAN_READ: _("{actor} read the plan."),
    Tag.INFUSION_READ: _("{actor} read the record of an infusion."),
    Tag.QUESTIONNAIRE_READ: _("{actor} read the questionnaires."),
    Tag.THERAPY_READ: _("{actor} read the therapy notes."),
    Tag.PATIENT_READ: _("{actor} read name and contact."),
    Tag.RECORD_READ: _("{actor} read the whole record of an infusion."),
    Tag.RECORD_COPIED: _("{actor} took a copy of the record of an infusion."),
    Tag.PATIENT_ADDED: _("{actor} added the patient."),
    Tag.PATIENT_CHANGED: _("{actor} changed name, contact or dates."),
    Tag.CONSENT_CHANGED: _("{actor} recorded a decision about consent."),
    Tag.DIAGNOSIS_ADDED: _("{actor} added a diagnosis."),
    Tag.DIAGNOSIS_CHANGED: _("{actor} changed a diagnosis."),
    Tag.DIAGNOSIS_REMOVED: _("{actor} struck out a diagnosis. Reason: {reason}"),
    Tag.TRIAL_ADDED: _("{actor} added a trial of treatment."),
    Tag.TRIAL_CHANGED: _("{actor} changed a trial of treatment."),
    Tag.TRIAL_REMOVED: _("{actor} struck out a trial of treatment. Reason: {reason}"),
    Tag.MEDICINE_ADDED: _("{actor} added a medicine."),
    Tag.MEDICINE_CHANGED: _("{actor} changed a medicine."),
    Tag.MEDICINE_REMOVED: _("{actor} struck out a medicine. Reason: {reason}"),
    Tag.HISTORY_ASKED: _("{actor} made a link for the patient to tell the history."),
    Tag.HISTORY_TOLD: _("{actor} told of a treatment."),
    Tag.HISTORY_TAKEN_BACK: _("{actor} took back what was told of a treatment."),
    Tag.HISTORY_CONFIRMED: _("{actor} confirmed what the patient told of a treatment."),
    Tag.HISTORY_SET_ASIDE: _("{actor} set aside what the patient told. Reason: {reason}"),
    Tag.FACT_RECORDED: _("{actor} recorded a finding."),
    Tag.FACT_CORRECTED: _("{actor} corrected a finding. Reason: {reason}"),
    Tag.REVIEWED: _("{actor} signed the eligibility review."),
    Tag.OVERRIDDEN: _("{actor} overrode a safety finding. Reason: {reason}"),
    Tag.OVERRIDE_COSIGNED: _("{actor} cosigned an override."),
    Tag.OVERRIDE_WITHDRAWN: _("{actor} withdrew an override. Reason: {reason}"),
    Tag.ADVICE_COMPUTED: _("{actor} asked for options for the next step."),
    Tag.ADVICE_CHECKED: _("{actor} computed stored options again, to compare them."),
    Tag.OUTLOOK_DRAWN: _("{actor} asked for the forecast of an option."),
    Tag.WEIGHTS_CHANGED: _("{actor} changed how the clinic weighs options. Reason: {reason}"),
    Tag.PLAN_PROPOSED: _("{actor} proposed a plan."),
    Tag.PLAN_SIGNED: _("{actor} signed a plan. Reason: {reason}"),
    Tag.PLAN_DECLINED: _("{actor} declined the options. Reason: {reason}"),
    Tag.PLAN_CHANGED: _("{actor} changed the plan. Reason: {reason}"),
    Tag.PLAN_STOPPED: _("{actor} ended the plan. Reason: {reason}"),
    Tag.INFUSION_BOOKED: _("{actor} booked an infusion."),
    Tag.INFUSION_CHECKED: _("{actor} went through the checks before the dose."),
    Tag.INFUSION_CHECKED_IN: _("{actor} checked the person in for an infusion."),
    Tag.INFUSION_STEP_SKIPPED: _("{actor} skipped a step of the check-in. Reason: {reason}"),
    Tag.INFUSION_PREPARED: _("{actor} prepared the pump sheet."),
    Tag.INFUSION_SECOND_CHECKED: _("{actor} did the second check of the pump sheet."),
    Tag.INFUSION_MISMATCH: _("{actor} calculated something else at the second check."),
    Tag.INFUSION_STARTED: _("{actor} started the infusion."),
    Tag.INFUSION_RATE_CHANGED: _("{actor} changed the rate. Reason: {reason}"),
    Tag.INFUSION_PAUSED: _("{actor} paused the infusion. Reason: {reason}"),
    Tag.INFUSION_RESUMED: _("{actor} resumed the infusion. Reason: {reason}"),
    Tag.INFUSION_STOPPED: _("{actor} stopped the infusion early. Reason: {reason}"),
    Tag.INFUSION_COMPLETED: _("{actor} recorded the end of the infusion."),
    Tag.LIMIT_CROSSED: _("A value crossed a limit of the policy."),
    Tag.LIMIT_ACKNOWLEDGED: _("{actor} acknowledged a crossed limit."),
    Tag.LIMIT_ESCALATED: _("Nobody had acknowledged a crossed limit: a named person was told."),
    Tag.EVENT_RECORDED: _("{actor} recorded an adverse event."),
    Tag.EVENT_REVIEWED: _("{actor} reviewed a serious adverse event."),
    Tag.EVENT_REPORTED: _("{actor} recorded that a serious event was reported."),
    Tag.INFUSION_NOTE: _("{actor} added a note to the infusion."),
    Tag.INFUSION_CANCELLED: _("{actor} cancelled an infusion. Reason: {reason}"),
    Tag.DISCHARGED: _("{actor} discharged the patient."),
    Tag.RECORD_SEALED: _("{actor} sealed the record of an infusion as number {position}."),
    Tag.RECORD_ADDED: _("{actor} added to a sealed record. Reason: {reason}"),
    Tag.INFUSION_CALLED: _("{actor} called the day after the infusion."),
    Tag.DISCHARGE_REFUSED: _("{actor} tried to discharge while the gate was closed."),
    Tag.ALERT_RAISED: _("An alert was raised."),
    Tag.ALERT_ACKNOWLEDGED: _("{actor} acknowledged an alert."),
    Tag.OBSERVATION_RECORDED: _("{actor} recorded an observation."),
    Tag.OBSERVATION_CORRECTED: _("{actor} corrected an observation. Reason: {reason}"),
    Tag.MONITOR_ASSIGNED: _("{actor} connected a bedside monitor to the session."),
    Tag.MONITOR_RELEASED: _("{actor} disconnected a bedside monitor from the session."),
    Tag.MESSAGES_RECEIVED: _("Values from the bedside monitor were stored."),
    Tag.MESSAGE_REFUSED: _("A message of a bedside monitor was kept apart."),
    Tag.MESSAGE_READ: _("{actor} read a message of a bedside monitor."),
    Tag.MESSAGE_ATTACHED: _(
        "{actor} attached messages of a bedside monitor to the session. Reason: {reason}"
    ),
    Tag.MESSAGE_SET_ASIDE: _("{actor} set messages of a bedside monitor aside. Reason: {reason}"),
    Tag.QUESTIONNAIRE_SENT: _("{actor} made a link to a questionnaire."),
    Tag.QUESTIONNAIRE_OPENED: _("A link to a questionnaire was opened."),
    Tag.QUESTIONNAIRE_CANCELLED: _("{actor} withdrew a link to a questionnaire."),
    Tag.QUESTIONNAIRE_ANSWERED: _("{actor} answered a questionnaire."),
    Tag.QUESTIONNAIRE_RATED: _("{actor} recorded a rating scale."),
    Tag.RISK_RAISED: _("An answer about risk was passed on to the team."),
    Tag.RISK_NAMED: _("{actor} put an answer about risk on {person}."),
    Tag.RISK_TAKEN: _("{actor} took on an answer about risk."),
    Tag.RISK_ESCALATED: _("An answer about risk was told to the next role: {role}."),
    Tag.RISK_ACKNOWLEDGED: _("{actor} said what was done about an answer about risk."),
    Tag.THERAPY_BOOKED: _("{actor} booked a therapy session."),
    Tag.THERAPY_RECORDED: _("{actor} recorded a therapy session."),
    Tag.THERAPY_CHANGED: _("{actor} changed the record of a therapy session."),
    Tag.THERAPY_CANCELLED: _("{actor} cancelled a therapy session. Reason: {reason}"),
    Tag.CABINET_RECEIVED: _("{actor} received {vials} vials of lot {lot}."),
    Tag.CABINET_DISPATCHED: _(
        "{actor} handed {vials} vials of lot {lot} to a reverse distributor, witnessed by {witness}."
    ),
    Tag.CABINET_DISCARDED: _(
        "{actor} wasted {ug} µg of lot {lot} from the cabinet, witnessed by {witness}."
    ),
    Tag.CABINET_DRAWN: _("{actor} drew {ug} µg of lot {lot} for an infusion."),
    Tag.CABINET_ADMINISTERED: _("{actor} took over what the pump delivered: {ug} µg of lot {lot}."),
    Tag.CABINET_WASTED: _("{actor} wasted {ug} µg of lot {lot}, witnessed by {witness}."),
    Tag.CABINET_RETURNED: _("{actor} put {ug} µg of lot {lot} back, witnessed by {witness}."),
    Tag.CABINET_REVERSED: _(
        "{actor} reversed entry {number} of lot {lot}, witnessed by {witness}. Reason: {reason}"
    ),
    Tag.CABINET_COUNTED: _("{actor} and {witness} counted the cabinet ({kind})."),
    Tag.CABINET_CASE_OPENED: _("{actor} opened a case about lot {lot}: {ug} µg."),
    Tag.CABINET_CASE_STEP: _("{actor} added to a case of the cabinet ({act})."),
    Tag.CABINET_CASE_CLOSED: _("{actor} closed a case of the cabinet, witnessed by {witness}."),
    Tag.CABINET_READ: _("{actor} read an infusion's account in the cabinet."),
    Tag.TASK_OPENED: _("{actor} opened a task."),
    Tag.TASK_DONE: _("{actor} marked a task as done."),
    Tag.TASK_CANCELLED: _("{actor} cancelled a task. Reason: {reason}"),
}
