"""The people who work in the sample clinic: one sign-in per role, with passwords made at random.

The passwords stand in a file only its owner may read, so that a later start can print them again.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from pathlib import Path

from ketacare.clinic import audit
from ketacare.clinic.accounts.actions import create_user
from ketacare.clinic.accounts.models import User
from ketacare.clinic.accounts.roles import Role
from ketacare.clinic.demo.environment import write_private

FILE = "sign-ins.json"
NAMES: Mapping[Role, tuple[str, str]] = {
    Role.PSYCHIATRIST: ("adaeze", "Dr Adaeze Okafor"),
    Role.NURSE: ("noor", "Noor Haddad"),
    Role.ANAESTHESIA: ("ingrid", "Dr Ingrid Voss"),
    Role.THERAPIST: ("tomas", "Tomás Rivera"),
    Role.FRONT_DESK: ("fay", "Fay Lindqvist"),
    Role.RESEARCHER: ("rui", "Rui Tanaka"),
    Role.MANAGER: ("mara", "Mara Quinn"),
}
# No letter that looks like another one: passwords are typed off the screen.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def make_staff(folder: Path) -> dict[Role, User]:
    """Return the staff by role, made on the first start."""
    known = {user.username: user for user in User.objects.all()}
    sign_ins = read_sign_ins(folder)
    found: dict[Role, User] = {}
    for role, (username, name) in NAMES.items():
        if username not in known:
            password = _password()
            known[username] = create_user(
                by=audit.SYSTEM,
                username=username,
                display_name=name,
                role=role,
                password=password,
            )
            sign_ins[role.value] = {"username": username, "password": password, "name": name}
        found[role] = known[username]
    write_private(folder / FILE, json.dumps(sign_ins, indent=1, ensure_ascii=False) + "\n")
    return found


def read_sign_ins(folder: Path) -> dict[str, dict[str, str]]:
    """Return user name, password and name by role; empty before the first start."""
    place = folder / FILE
    if not place.exists():
        return {}
    found: dict[str, dict[str, str]] = json.loads(place.read_text(encoding="utf-8"))
    return found


def _password() -> str:
    """Return a password of about 74 bits, in groups that can be read aloud."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(3))
