"""The same model written a second time, for NUTS: what the ensemble's posterior is held against.

Nothing is shared with the product but the numbers of the prior file. Here the consolidated part is
integrated numerically (Runge-Kutta), every step of the set point's drift is a parameter of its own,
and an answer has the exact probability of its half-point interval; the ensemble uses a closed form,
integrates the drift out and takes a density between the bounds. Doses of 0.5 mg/kg, no therapy, no
benzodiazepine, one self-rated questionnaire; doses and answers on half days.
"""

import functools

import numpy as np

USED = (
    "set_point",
    "responsiveness",
    "tau_fast",
    "kappa",
    "tau_slow",
    "nonspecific_fast",
    "nonspecific_slow",
    "peri_dose",
    "tau_peri_dose",
    "tolerance",
    "drift",
    "noise",
)
_GRID = 0.5  # days


def _traits(prior, z):
    import jax.numpy as jnp

    found = {}
    for k, name in enumerate(USED):
        trait = next(t for t in prior.traits if t.name == name)
        sd = float(
            np.hypot(trait.spread.value, 0.0 if trait.shared is None else trait.shared.value)
        )
        median = trait.median.value
        if trait.shape == "log":
            found[name] = median * jnp.exp(sd * z[k])
        else:
            assert trait.shape == "logit"
            centre = np.log(median / (trait.upper - median))
            found[name] = trait.upper / (1 + jnp.exp(-(centre + sd * z[k])))
    found["tau_slow"] = jnp.maximum(found["tau_slow"], 1.5 * found["tau_fast"])
    found["kappa"] = jnp.minimum(found["kappa"], 0.5 / found["tau_fast"])
    return found


def _relief(traits, dose_days, days):
    """Return F + S just before each of ``days``: F decays, dS/dt = kappa·F·(1 - S) - S/tau_slow."""
    import jax
    import jax.numpy as jnp

    steps = round(days[-1] / _GRID)
    order = {round(d / _GRID): k for k, d in enumerate(dose_days)}
    number = jnp.array([order.get(k, -1) for k in range(steps + 1)])
    r, kappa = traits["responsiveness"], traits["kappa"]
    fading, loss = 1 / traits["tau_fast"], 1 / traits["tau_slow"]

    def rate(fast, slow):
        return kappa * fast * (1 - slow) - slow * loss

    def step(state, k):
        fast, slow = state
        before = fast + slow
        jump = jnp.minimum(r * jnp.exp(-traits["tolerance"] * k), 1.0) * (1 - fast - slow)
        fast = fast + jnp.where(k >= 0, jump, 0.0)
        half = fast * jnp.exp(-fading * _GRID / 2)
        end = fast * jnp.exp(-fading * _GRID)
        k1 = rate(fast, slow)
        k2 = rate(half, slow + _GRID / 2 * k1)
        k3 = rate(half, slow + _GRID / 2 * k2)
        k4 = rate(end, slow + _GRID * k3)
        return (end, slow + _GRID / 6 * (k1 + 2 * k2 + 2 * k3 + k4)), before

    _, before = jax.lax.scan(step, (0.0 * r, 0.0 * r), number)
    return before[jnp.array([round(d / _GRID) for d in days])]


def _model(prior, dose_days, days, totals, view):
    import jax.numpy as jnp
    import numpyro
    from jax.scipy.stats import norm
    from numpyro import distributions as dist

    z = numpyro.sample("z", dist.Normal(0, 1).expand([len(USED)]).to_event(1))
    walk = numpyro.sample("walk", dist.Normal(0, 1).expand([len(days)]).to_event(1))
    t = _traits(prior, z)
    constants = {name.value: number.value for name, number in prior.constants.items()}
    at = jnp.array(days)
    x = _relief(t, dose_days, days)
    slow = t["nonspecific_slow"] * (1 - jnp.exp(-at / constants["tau_nonspecific_slow"]))
    since = jnp.maximum(at - dose_days[0], 0.0)
    share = jnp.minimum(constants["open_factor"] * t["nonspecific_fast"], 1.0)
    fast = share * (1 - jnp.exp(-since / constants["tau_nonspecific_fast"]))
    passing = 0.0
    for day in dose_days:
        gone = at - day
        size = t["peri_dose"] * jnp.exp(-jnp.maximum(gone, 0.0) / (t["tau_peri_dose"] / 24))
        passing = passing + jnp.where((gone > 0) & (gone <= 5), size, 0.0)
    whole = jnp.clip(x + jnp.minimum(passing, 1.0) + jnp.minimum(slow + fast, 1.0), 0.0, 1.0)
    weeks = jnp.array(np.diff(np.concatenate([[0.0], days])) / 7)
    drift = t["drift"] * jnp.cumsum(jnp.sqrt(weeks) * walk)
    mean = t["set_point"] * (1 - whole) + drift
    numpyro.deterministic("severity", mean)
    sd = view.error.value * t["noise"]
    y = jnp.array(totals)
    high = jnp.where(y >= view.maximum, 1.0, norm.cdf((y + 0.5 - mean) / sd))
    low = jnp.where(y <= view.minimum, 0.0, norm.cdf((y - 0.5 - mean) / sd))
    stray = constants["outlier"]
    chance = (1 - stray) * (high - low) + stray / (view.maximum - view.minimum + 1)
    numpyro.factor("answers", jnp.log(chance).sum())


def nuts(prior, dose_days, days, totals, *, warmup, samples, seed=0, instrument="gad7"):
    """Return draws of the traits and of severity at the last answer, with their effective sizes."""
    import jax
    from numpyro.diagnostics import effective_sample_size
    from numpyro.infer import MCMC, NUTS

    model = functools.partial(
        _model, prior, tuple(dose_days), tuple(days), tuple(totals), prior.view(instrument)
    )
    kernel = NUTS(model, target_accept_prob=0.9)
    run = MCMC(kernel, num_warmup=warmup, num_samples=samples, progress_bar=False)
    run.run(jax.random.PRNGKey(seed))
    found = run.get_samples(group_by_chain=True)
    z, last = np.asarray(found["z"]), np.asarray(found["severity"])[..., -1]
    sizes = effective_sample_size(z)
    draws = {name: z[0, :, k] for k, name in enumerate(USED)}
    effective = {name: float(sizes[k]) for k, name in enumerate(USED)}
    draws["severity"] = last[0]
    effective["severity"] = float(effective_sample_size(last))
    return draws, effective
