"""Who the sample people are: names from a list, ages and bodies drawn from the seed.

Nobody of these exists. The list is varied on purpose: long names, one name only in parts, letters
outside Latin-1, so that every page is seen with them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

# Given name, family name, sex, and what they like to be called (empty: the given name).
_NAMES: tuple[tuple[str, str, str, str], ...] = (
    ("Łucja", "Wiśniewska", "female", ""),
    ("Daniel", "Okonkwo", "male", ""),
    ("Maria-Magdalena Wilhelmina", "Fernández de Córdoba y Hohenlohe-Schillingsfürst", "female",
     "Malena"),
    ("Søren", "Østergård", "male", ""),
    ("Nguyễn", "Thị Minh Khai", "female", "Khai"),
    ("Оксана", "Ковальчук", "female", "Oksana"),
    ("Michael", "Brandt", "male", "Mick"),
    ("Aylin", "Çelikoğlu", "female", ""),
    ("Ọláyínká", "Adéyẹmí", "male", "Yinka"),
    ("Joan", "Carter", "female", ""),
    ("Δημήτρης", "Παπαδόπουλος", "male", "Dimitris"),
    ("Priya", "Raghunathan", "female", ""),
    ("Tom", "Li", "male", ""),
    ("Þórunn", "Sigurðardóttir", "female", "Tóta"),
    ("Mateus", "Guimarães", "male", ""),
    ("Noor", "el-Sayed", "female", ""),
    ("Henrik", "Lindqvist", "male", ""),
    ("Ana", "Jiménez", "female", ""),
    ("Patrick", "O’Sullivan", "male", ""),
    ("Zsófia", "Szűcs", "female", ""),
    ("Kaito", "Yamamoto", "male", ""),
    ("Ruth", "Abramowitz", "female", ""),
    ("Ștefan", "Țurcanu", "male", ""),
    ("Emily", "Fairweather", "female", ""),
    ("Jean-Baptiste", "Lefèvre", "male", ""),
    ("Hana", "Dvořáková", "female", ""),
    ("Samuel", "Mensah", "male", "Sam"),
    ("Ingrid", "Bjørnstad", "female", ""),
    ("Carlos", "Ibáñez", "male", ""),
    ("Mei", "Chen", "female", ""),
    ("Oliver", "Grant", "male", ""),
    ("Fatima", "Benali", "female", ""),
    ("Lars", "van der Meulen", "male", ""),
    ("Grace", "Whitfield", "female", ""),
    ("Juho", "Hämäläinen", "male", ""),
    ("Sofía", "Martínez", "female", ""),
    ("Viktor", "Novák", "male", ""),
    ("Leila", "Haddad", "female", ""),
    ("Ben", "Ashworth", "male", ""),
    ("Katarzyna", "Zielińska", "female", "Kasia"),
)  # fmt: skip
_REFERRED_BY = (
    "General practice Harbour Street",
    "Dr Lena Abel, psychiatrist",
    "Dr Marc Tessier, psychiatrist",
    "Outpatient clinic for anxiety disorders",
    "General practice Old Mill",
    "Own wish, with a letter of the therapist",
)
_ESCORTS = ("partner", "sister", "brother", "mother", "father", "friend", "neighbour", "daughter")
_DAYS_PER_YEAR = 365.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """One invented person; weight in kg, height in cm."""

    given_name: str
    family_name: str
    preferred_name: str
    sex: str
    birth_date: date
    weight_kg: float
    height_cm: float
    phone: str
    referred_by: str
    escort: str


def identities(rng: np.random.Generator, *, today: date) -> Iterator[Identity]:
    """Yield people in the order of the list, their bodies drawn; at most as many as it has names."""
    for number, (given, family, sex, preferred) in enumerate(_NAMES):
        years = float(rng.uniform(22, 64))
        height = float(rng.normal(164 if sex == "female" else 178, 6))
        index = float(np.clip(rng.normal(25.5, 3.6), 19.0, 34.0))
        yield Identity(
            given_name=given,
            family_name=family,
            preferred_name=preferred,
            sex=sex,
            birth_date=date.fromordinal(today.toordinal() - int(years * _DAYS_PER_YEAR)),
            weight_kg=round(index * (height / 100.0) ** 2, 1),
            height_cm=round(height),
            # Numbers from the range kept free for films and books.
            phone=f"+1 202 555 {100 + number:04d}",
            referred_by=_REFERRED_BY[int(rng.integers(len(_REFERRED_BY)))],
            escort=_ESCORTS[int(rng.integers(len(_ESCORTS)))],
        )
