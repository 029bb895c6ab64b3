"""Learning about many virtual people at once, as ``response.update`` learns about one.

The same algorithm (reweight at each score; resample and move when few particles carry the weight)
with the same likelihood, for all people of a chunk side by side. Fewer particles and a quick step
in time make it fast enough to re-plan thousands of courses; a test holds it against ``update``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ketacare.core.response import Prior, Setting, TraitName, Traits
from ketacare.core.response.observation import Drift, observe
from ketacare.core.response.prior import FloatArray
from ketacare.core.trials.ward import BoolArray, IntArray
from ketacare.core.trials.world import World

_RESAMPLE_BELOW: Final = 0.5
_MOVES: Final = 2
_STEPS: Final = (0.35, 0.6, 0.95)
_RIDGE: Final = 1e-3
# What the scores of a course may say something about; the other traits keep their prior.
_INFORMED: Final = (
    TraitName.SET_POINT,
    TraitName.RESPONSIVENESS,
    TraitName.TAU_FAST,
    TraitName.KAPPA,
    TraitName.TAU_SLOW,
    TraitName.NONSPECIFIC_FAST,
    TraitName.NONSPECIFIC_SLOW,
    TraitName.ED50,
    TraitName.DURATION_EXPONENT,
    TraitName.PERI_DOSE,
    TraitName.TAU_PERI_DOSE,
    TraitName.TOLERANCE,
    TraitName.DRIFT,
    TraitName.NOISE,
)
_THERAPY: Final = (TraitName.THERAPY, TraitName.THERAPY_BUILD)
_COLUMN: Final = {name: index for index, name in enumerate(TraitName)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened on a day: infusions, therapy or scores, ``nan`` for who had none."""

    day: float
    kind: str
    values: FloatArray


@dataclass(slots=True)
class _Track:
    """Particles after a course: their world, drift and log-likelihood."""

    world: World
    mean: FloatArray
    variance: FloatArray
    likelihood: FloatArray


class Learner:
    """What is believed about each of ``people``: ``particles`` possible people with weights."""

    def __init__(
        self,
        prior: Prior,
        instrument: str,
        *,
        people: int,
        particles: int,
        rng: np.random.Generator,
        setting: Setting = Setting.OPEN,
        therapy: bool = False,
    ) -> None:
        self.prior, self.instrument, self.setting = prior, instrument, setting
        self.view = prior.view(instrument)
        self.people, self.particles, self.rng = people, particles, rng
        names = (*_INFORMED, *_THERAPY) if therapy else _INFORMED
        self.columns = np.array([_COLUMN[name] for name in names])
        self.z = prior.draw(people * particles, rng=rng)
        self.track = self._start(self.z)
        self.log_weights = np.zeros((people, particles))
        self.events: list[Event] = []
        self.moved = 0

    def pass_to(self, day: float) -> None:
        """Let time pass for everybody."""
        _pass(self.track, day)

    def note(self, kind: str, rows: IntArray, values: FloatArray) -> None:
        """Take in infusions ("dose", mg/kg), sessions ("therapy") or scores ("score") of ``rows``."""
        found = np.full(self.people, np.nan)
        found[rows] = values
        event = Event(day=self.track.world.day, kind=kind, values=found)
        self.events.append(event)
        gain = self._absorb(self.track, event)
        if kind == "score":
            self.log_weights[rows] += gain.reshape(self.people, self.particles)[rows]
            thin = rows[self.effective[rows] < _RESAMPLE_BELOW * self.particles]
            if thin.size:
                self._rejuvenate(thin)

    @property
    def weights(self) -> FloatArray:
        """Return the normalised weights, (people, particles)."""
        found = np.exp(self.log_weights - self.log_weights.max(axis=1, keepdims=True))
        return np.asarray(found / found.sum(axis=1, keepdims=True))

    @property
    def effective(self) -> FloatArray:
        """Return the effective number of particles of each person."""
        return np.asarray(1.0 / (self.weights**2).sum(axis=1))

    def sample(self, rows: IntArray, size: int) -> IntArray:
        """Return indices of ``size`` particles for each of ``rows``, drawn by weight, flattened."""
        chosen = _systematic(self.weights[rows], size, self.rng)
        return np.asarray((rows[:, None] * self.particles + chosen).ravel())

    def _start(self, z: FloatArray) -> _Track:
        world = World(self.prior, self.prior.people(z), setting=self.setting, quick=True)
        return _Track(world, *(np.zeros(len(z)) for _ in range(3)))

    def _absorb(self, track: _Track, event: Event) -> FloatArray:
        """Take one event into ``track`` and return the gain in log-likelihood of each particle."""
        values = np.repeat(event.values, self.particles)
        who = ~np.isnan(values)
        gain = np.zeros(len(values))
        if event.kind == "dose":
            track.world.give(who, np.where(who, values, 0.0))
        elif event.kind == "therapy":
            track.world.treat(who)
        else:
            self._observe(track, values, who, gain)
            track.likelihood += gain
        return gain

    def _observe(self, track: _Track, values: FloatArray, who: BoolArray, gain: FloatArray) -> None:
        reading = track.world.reading(self.instrument, peri_dose=True)
        people = track.world.people
        for total in np.unique(values[who]):
            rows = np.flatnonzero(values == total)
            found, drift = observe(
                self.prior,
                self.view,
                _noisy(people, rows),
                mean=reading[rows],
                drift=Drift(track.mean[rows], track.variance[rows], track.world.day),
                total=int(total),
            )
            gain[rows] = found
            track.mean[rows], track.variance[rows] = drift.mean, drift.variance

    def _rejuvenate(self, rows: IntArray) -> None:
        """Resample the particles of ``rows`` by weight and move each, as ``response`` does."""
        p, d = self.particles, len(self.columns)
        weights = self.weights[rows]
        z = self.z.reshape(self.people, p, -1)[rows]
        active = z[:, :, self.columns]
        centre = np.einsum("rp,rpd->rd", weights, active)
        spread = active - centre[:, None, :]
        covariance = np.einsum("rp,rpi,rpj->rij", weights, spread, spread) + _RIDGE * np.eye(d)
        factor = np.linalg.cholesky(covariance)
        inverse = np.linalg.inv(factor)
        chosen = _systematic(weights, p, self.rng)
        keep = (rows[:, None] * p + chosen).ravel()
        flat = self.z[keep]
        track = _Track(
            self.track.world.part(keep),
            self.track.mean[keep],
            self.track.variance[keep],
            self.track.likelihood[keep],
        )
        for _ in range(_MOVES):
            flat = self._move(rows, flat, track, centre, factor, inverse)
        every = (rows[:, None] * p + np.arange(p)).ravel()
        self.z[every] = flat
        self.track.world.take(every, track.world)
        self.track.mean[every], self.track.variance[every] = track.mean, track.variance
        self.track.likelihood[every] = track.likelihood
        self.log_weights[rows] = 0.0
        self.moved += len(rows)

    def _move(  # noqa: PLR0917 - private, called once
        self,
        rows: IntArray,
        flat: FloatArray,
        track: _Track,
        centre: FloatArray,
        factor: FloatArray,
        inverse: FloatArray,
    ) -> FloatArray:
        """Return moved particles, and put what follows from them into ``track``."""
        shape = (len(rows), self.particles, len(self.columns))
        old = flat[:, self.columns].reshape(shape)
        step = self.rng.choice(np.array(_STEPS), size=shape[:2])[:, :, None]
        noise = np.einsum("rpj,rij->rpi", self.rng.standard_normal(shape), factor)
        new = centre[:, None] + np.sqrt(1.0 - step**2) * (old - centre[:, None]) + step * noise
        proposal = flat.copy()
        proposal[:, self.columns] = new.reshape(len(flat), -1)
        found = self._replay(rows, proposal)
        ratio = found.likelihood - track.likelihood
        ratio += (_target(new, centre, inverse) - _target(old, centre, inverse)).ravel()
        accept = np.flatnonzero(np.log(self.rng.random(len(flat))) < ratio)
        moved = flat.copy()
        moved[accept] = proposal[accept]
        track.world.take(accept, found.world.part(accept))
        for name in ("mean", "variance", "likelihood"):
            getattr(track, name)[accept] = getattr(found, name)[accept]
        return moved

    def _replay(self, rows: IntArray, z: FloatArray) -> _Track:
        """Return what follows from particles ``z`` for what happened to ``rows`` so far."""
        track = self._start(z)
        for event in self.events:
            own = Event(day=event.day, kind=event.kind, values=event.values[rows])
            if np.isnan(own.values).all():
                continue
            _pass(track, event.day)
            self._absorb(track, own)
        _pass(track, self.track.world.day)
        return track


def _pass(track: _Track, day: float) -> None:
    weeks = (day - track.world.day) / 7.0
    if weeks > 0:
        track.variance += track.world.people[TraitName.DRIFT] ** 2 * weeks
        track.world.pass_to(day)


def _noisy(people: Traits, rows: IntArray) -> Traits:
    """Return as much of the traits of ``rows`` as an observation needs."""
    names = (TraitName.NOISE, TraitName.TAU_FAST, TraitName.TAU_SLOW, TraitName.KAPPA)
    return Traits(values={name: people[name][rows] for name in names})


def _target(z: FloatArray, centre: FloatArray, inverse: FloatArray) -> FloatArray:
    """Return log prior minus log proposal density of each particle, up to a constant."""
    white = np.einsum("rij,rpj->rpi", inverse, z - centre[:, None])
    return np.asarray(0.5 * (white**2).sum(axis=2) - 0.5 * (z**2).sum(axis=2))


def _systematic(weights: FloatArray, size: int, rng: np.random.Generator) -> IntArray:
    """Return for each row of weights ``size`` indices, with one random offset a row."""
    marks = (np.arange(size) + rng.random((len(weights), 1))) / size
    cumulative = np.cumsum(weights, axis=1)
    last = weights.shape[1] - 1
    found = [np.searchsorted(c, m) for c, m in zip(cumulative, marks, strict=True)]
    return np.asarray(np.minimum(np.array(found), last))
