"""The ledger of the controlled drug: lots, entries, counts and cases, none of which is ever changed.

Amounts are whole micrograms. Every table here is append-only in the database itself (triggers.py);
a mistake is undone by an entry with the opposite signs, and what becomes of a case is told in steps.
"""

from __future__ import annotations

import uuid
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ketacare.core.ledger import Balance, Kind, Posting, milligrams

_PERSON = settings.AUTH_USER_MODEL


class Made(models.TextChoices):
    """Where a product comes from."""

    APPROVED = "approved", _("approved product (NDC)")
    OUTSOURCED = "503b", _("compounded, 503B outsourcing facility")
    COMPOUNDED = "503a", _("compounded, 503A pharmacy")


class Lot(models.Model):
    """One lot of one product in one size of vial. ``vial_ug`` is what a sealed vial holds."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    product = models.CharField(max_length=120)
    made = models.CharField(max_length=10, choices=Made.choices)
    ndc = models.CharField(max_length=20)
    number = models.CharField(max_length=40)
    expires_on = models.DateField()
    mg_per_ml = models.DecimalField(max_digits=7, decimal_places=3)
    vial_ml = models.DecimalField(max_digits=7, decimal_places=3)
    vial_ug = models.BigIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["expires_on", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["ndc", "number", "expires_on", "vial_ug"], name="cabinet_lot_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.product} {self.number}"

    def is_expired(self, day: date) -> bool:
        """Whether the last day printed on the vial has passed."""
        return self.expires_on < day

    @property
    def strength_mg_per_ml(self) -> Decimal:
        """The strength without trailing zeros."""
        return milligrams(int(self.mg_per_ml * 1000))

    @property
    def vial_mg(self) -> Decimal:
        """What a sealed vial holds, in mg."""
        return milligrams(self.vial_ug)


class Receipt(models.Model):
    """Where vials came from. ``reference`` is the invoice, or the DEA 222 or CSOS order."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    supplier = models.CharField(max_length=120)
    supplier_dea = models.CharField(max_length=20, blank=True)
    reference = models.CharField(max_length=80)
    received_on = models.DateField()
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.supplier} {self.reference}"


class Count(models.Model):
    """Two people counted what is there."""

    class Kind(models.TextChoices):
        """Why it was counted."""

        SHIFT = "shift", _("Shift count")
        INVENTORY = "inventory", _("Inventory")

    class Moment(models.TextChoices):
        """When in the day an inventory was taken, as the law asks to state."""

        OPENING = "opening", _("before the opening of business")
        CLOSE = "close", _("after the close of business")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    moment = models.CharField(max_length=10, choices=Moment.choices, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(_PERSON, on_delete=models.PROTECT, related_name="+")
    witness = models.ForeignKey(_PERSON, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(by=models.F("witness")), name="cabinet_count_two_people"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d %H:%M}"


class CountLine(models.Model):
    """What was counted of one lot, beside what the register said at that moment."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    count = models.ForeignKey(Count, on_delete=models.PROTECT, related_name="lines")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="count_lines")
    vials = models.IntegerField()
    open_ug = models.BigIntegerField()
    expected_vials = models.IntegerField()
    expected_open_ug = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["count", "lot"], name="cabinet_line_once"),
            models.CheckConstraint(
                condition=models.Q(vials__gte=0, open_ug__gte=0), name="cabinet_line_counted"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.vials} + {self.open_ug} ug"

    @property
    def difference_vials(self) -> int:
        """Sealed vials counted less those expected."""
        return self.vials - self.expected_vials

    @property
    def difference_ug(self) -> int:
        """All micrograms counted less those expected."""
        sealed = self.difference_vials * self.lot.vial_ug
        return sealed + self.open_ug - self.expected_open_ug

    @property
    def difference_mg(self) -> Decimal:
        """The same in mg."""
        return milligrams(self.difference_ug)

    @property
    def open_mg(self) -> Decimal:
        """Counted in opened vials, in mg."""
        return milligrams(self.open_ug)

    @property
    def expected_open_mg(self) -> Decimal:
        """Expected in opened vials, in mg."""
        return milligrams(self.expected_open_ug)


class Case(models.Model):
    """Something that does not add up: found, told to the authority in time, explained."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    found_at = models.DateTimeField()
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="cases")
    session = models.ForeignKey(
        "infusions.Session", null=True, on_delete=models.PROTECT, related_name="cabinet_cases"
    )
    count = models.ForeignKey(Count, null=True, on_delete=models.PROTECT, related_name="cases")
    difference_vials = models.IntegerField()
    difference_ug = models.BigIntegerField()
    sentence = models.CharField(max_length=500)
    by = models.ForeignKey(_PERSON, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-found_at"]

    def __str__(self) -> str:
        return self.sentence


class CaseStep(models.Model):
    """What was done about a case; ``on`` is the day it was done where that can be another one."""

    class Act(models.TextChoices):
        """What was done."""

        NOTE = "note", _("Note")
        NOTICE = "notice", _("Written notice to the DEA field office")
        FORM = "form", _("DEA Form 106 filed")
        CLOSE = "close", _("Closed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="steps")
    act = models.CharField(max_length=10, choices=Act.choices)
    at = models.DateTimeField()
    on = models.DateField()
    text = models.TextField(max_length=2000)
    reference = models.CharField(max_length=80, blank=True)
    by = models.ForeignKey(_PERSON, on_delete=models.PROTECT, related_name="+")
    witness = models.ForeignKey(_PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=models.Q(act="close"),
                name="cabinet_case_closed_once",
            )
        ]

    def __str__(self) -> str:
        return str(self.get_act_display())


class EntryKind(models.TextChoices):
    """What an entry is; the values are those of the core's ledger."""

    RECEIVE = Kind.RECEIVE.value, _("Received")
    DRAW = Kind.DRAW.value, _("Drawn")
    ADMINISTER = Kind.ADMINISTER.value, _("Administered")
    WASTE = Kind.WASTE.value, _("Wasted")
    RETURN = Kind.RETURN.value, _("Put back")
    DISCARD = Kind.DISCARD.value, _("Rest or vial wasted")
    DISPATCH = Kind.DISPATCH.value, _("Handed to a reverse distributor")
    ADJUST = Kind.ADJUST.value, _("Register corrected in a case")


class Entry(models.Model):
    """One line of a lot's ledger, ``number`` from 1 without gaps, with the balance after it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="entries")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=EntryKind.choices)
    at = models.DateTimeField()
    vials = models.IntegerField()
    lot_ug = models.BigIntegerField()
    out_ug = models.BigIntegerField()
    vials_after = models.IntegerField()
    ug_after = models.BigIntegerField()
    session = models.ForeignKey(
        "infusions.Session", null=True, on_delete=models.PROTECT, related_name="cabinet_entries"
    )
    session_id: uuid.UUID | None
    receipt = models.ForeignKey(
        Receipt, null=True, on_delete=models.PROTECT, related_name="entries"
    )
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="entries")
    volume_ml = models.DecimalField(max_digits=8, decimal_places=3, null=True)
    method = models.CharField(max_length=120, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(_PERSON, on_delete=models.PROTECT, related_name="+")
    witness = models.ForeignKey(_PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    reverses = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="reversed_by"
    )
    reverses_id: uuid.UUID | None
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["lot", "number"]
        indexes = [models.Index(fields=["session", "kind"], name="cabinet_entry_session")]
        constraints = [
            models.UniqueConstraint(fields=["lot", "number"], name="cabinet_entry_number"),
            models.CheckConstraint(
                condition=models.Q(vials_after__gte=0, ug_after__gte=0), name="cabinet_not_below_0"
            ),
            models.CheckConstraint(
                condition=models.Q(witness__isnull=True) | ~models.Q(by=models.F("witness")),
                name="cabinet_entry_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.get_kind_display()}"

    @property
    def posting(self) -> Posting:
        """The entry for the core."""
        return Posting(
            kind=Kind(self.kind), vials=self.vials, lot_ug=self.lot_ug, out_ug=self.out_ug
        )

    @property
    def after(self) -> Balance:
        """What the lot held after it."""
        return Balance(vials=self.vials_after, ug=self.ug_after)

    @property
    def amount_mg(self) -> Decimal:
        """How much it moved, in mg, with its sign: as the lot sees it, else as the infusion does."""
        return milligrams(self.lot_ug or self.out_ug)

    @property
    def balance_mg(self) -> Decimal:
        """What the lot held after it, in mg."""
        return milligrams(self.ug_after)
