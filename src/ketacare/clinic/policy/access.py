"""Which policy applies on this server, who signed which part of it, and what changed since."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.permissions import Permission
from ketacare.clinic.accounts.roles import Role, may
from ketacare.clinic.patients.templatetags.people import day
from ketacare.clinic.policy.lines import Change, Part, Sort, changes, from_json, lines_of
from ketacare.clinic.policy.models import Edition, Signature
from ketacare.knowledge.load import load_policy

# Who answers for a part: the site's anaesthetist signs limits of watching and rescue doses.
SIGNER: dict[Part, Role] = {Part.RULES: Role.PSYCHIATRIST, Part.WATCHING: Role.ANAESTHESIA}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How one part stands: its newest signature, and what differs from what was signed."""

    part: Part
    signer: Role
    signature: Signature | None
    changes: tuple[Change, ...]

    @property
    def is_signed(self) -> bool:
        """Whether what this server applies is what somebody signed."""
        return self.signature is not None and not self.changes

    @property
    def sentence(self) -> str:
        """How it stands, as said."""
        if self.signature is None:
            return _("Nobody has signed this part of the policy on this server yet.")
        names = {
            "who": self.signature.by.display_name,
            "when": day(self.signature.at),
            "what": said(self.changes),
        }
        if self.changes:
            return _(
                "The policy on this server differs from the one {who} signed on {when}: {what}."
            ).format(**names)
        return _("Signed by {who} on {when}; nothing that was signed has changed since.").format(
            **names
        )


def standing(part: Part) -> Standing:
    """Return how a part of the policy stands."""
    newest = signatures(part).first()
    found: tuple[Change, ...] = ()
    if newest is not None and newest.edition.version != load_policy().version:
        found = changes(from_json(newest.edition.lines[part.value]), lines_of(part))
    return Standing(part=part, signer=SIGNER[part], signature=newest, changes=found)


def signatures(part: Part) -> QuerySet[Signature]:
    """Return the signatures under a part, newest first."""
    return Signature.objects.filter(part=part.value).select_related("edition", "by")


def editions() -> QuerySet[Edition]:
    """Return the versions of the policy that were in use, newest first, without their lines."""
    return Edition.objects.defer("lines").prefetch_related("signatures__by")


def edition_of(version: str) -> Edition | None:
    """Return the policy as one version of it read, if it was kept."""
    return Edition.objects.filter(version=version).prefetch_related("signatures__by").first()


def may_sign(user: User, part: Part) -> bool:
    """Return whether this person answers for a part."""
    return may(user, Permission.POLICY_SIGN) and user.role == SIGNER[part]


def said(found: Sequence[Change]) -> str:
    """Return how much changed: ``"2 thresholds changed, 1 wording changed"``."""
    number = Counter(change.sort for change in found)
    words = {
        Sort.THRESHOLD: ngettext(
            "{n} threshold changed", "{n} thresholds changed", number[Sort.THRESHOLD]
        ),
        Sort.BINDING: ngettext(
            "{n} rule applies otherwise", "{n} rules apply otherwise", number[Sort.BINDING]
        ),
        Sort.WORDING: ngettext("{n} wording changed", "{n} wordings changed", number[Sort.WORDING]),
    }
    return ", ".join(text.format(n=number[sort]) for sort, text in words.items() if number[sort])
