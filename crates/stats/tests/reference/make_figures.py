"""Regenerates figures.json with independent software: python make_figures.py > figures.json

Needs numpy, scipy and statsmodels (made with 2.4.6, 1.17.1 and 0.15.0). Every unit has its own row here;
the crate under test sees the sums of cells only.
"""

import json
import math

import numpy as np
import scipy.integrate
import scipy.optimize
import scipy.stats
import statsmodels.api as sm
from statsmodels.stats.meta_analysis import combine_effects


def cells(design, exposure, outcome, cluster):
    """Sums of the units that share a row of the design and a cluster, in order of first appearance."""
    found = {}
    for row, e, y, c in zip(design, exposure, outcome, cluster):
        cell = found.setdefault((tuple(row), int(c)), [0, 0, 0, 0, 0, 0])
        for place, value in enumerate((1, e, e * e, y, e * y, y * y)):
            cell[place] += int(value)
    return [{"row": list(key[0]), "cluster": key[1], "sums": sums} for key, sums in found.items()]


def robust(name, model, fit, rate, exposure, cluster):
    """Sandwiches: from statsmodels, and by hand for the gamma model, whose weights statsmodels does not fully support."""
    units, columns = model.exog.shape
    groups = len(set(cluster))
    factors = {"HC0": 1.0, "HC1": units / (units - columns), "CR0": 1.0,
               "CR1": groups / (groups - 1) * (units - 1) / (units - columns)}
    found = {}
    for kind, factor in factors.items():
        if name == "gamma":
            scores = model.exog * (exposure * (rate / fit.fittedvalues - 1))[:, None]
            bread = np.linalg.inv(model.exog.T @ (model.exog * exposure[:, None]))
            if kind.startswith("CR"):
                scores = np.array([scores[cluster == c].sum(axis=0) for c in sorted(set(cluster))])
            found[kind] = list(np.sqrt(factor * np.diag(bread @ scores.T @ scores @ bread)))
            continue
        options = {} if name == "normal" else {"maxiter": 200, "tol": 1e-14}
        if kind == "HC1":
            # The generalised models of statsmodels return HC0 under this name.
            found[kind] = [error * math.sqrt(factor) for error in found["HC0"]]
        elif kind.startswith("CR"):
            clusters = {"groups": cluster, "use_correction": kind == "CR1"}
            found[kind] = list(model.fit(cov_type="cluster", cov_kwds=clusters, **options).bse)
        else:
            found[kind] = list(model.fit(cov_type=kind, **options).bse)
    return found


def simulated(unit_exposure):
    random = np.random.default_rng(20261122)
    units = 900
    age = random.integers(0, 4, units)
    sex = random.integers(0, 2, units)
    cluster = random.integers(0, 12, units)
    exposure = np.ones(units, dtype=int) if unit_exposure else random.integers(30, 366, units)
    design = np.column_stack([np.ones(units), age == 1, age == 2, age == 3, sex, sex * (age == 3)]).astype(float)
    logarithm = design @ np.array([0.3, 0.2, 0.5, 0.9, -0.1, 0.4]) + 0.2 * random.standard_normal(12)[cluster]
    outcome = np.rint(exposure * 100 * np.exp(logarithm) * random.lognormal(-0.5, 1.0, units)).astype(int)
    rate = outcome / exposure
    models = {
        "normal": sm.WLS(rate, design, weights=exposure),
        "poisson": sm.GLM(outcome, design, family=sm.families.Poisson(), exposure=exposure),
        "gamma": sm.GLM(rate, design, family=sm.families.Gamma(sm.families.links.Log()), var_weights=exposure),
    }
    out = {"cells": cells(design, exposure, outcome, cluster)}
    for name, model in models.items():
        kwargs = {} if name == "normal" else {"maxiter": 200, "tol": 1e-14}
        fit = model.fit(**kwargs)
        found = {"coefficients": list(fit.params), **robust(name, model, fit, rate, exposure, cluster)}
        if unit_exposure:
            pearson = float(np.sum((rate - fit.fittedvalues) ** 2 / model_variance(name, fit.fittedvalues)))
            found["dispersion"] = pearson / (units - design.shape[1])
            found["r_squared"] = 1 - float(np.sum((rate - fit.fittedvalues) ** 2) / np.sum((rate - rate.mean()) ** 2))
        out[name] = found
    return out


def model_variance(name, mean):
    return {"normal": np.ones_like(mean), "poisson": mean, "gamma": mean**2}[name]


def meta():
    # Colditz et al. (1994): thirteen trials of the BCG vaccine; tuberculosis and none, vaccinated and not.
    trials = [
        (4, 119, 11, 128), (6, 300, 29, 274), (3, 228, 11, 209), (62, 13536, 248, 12619), (33, 5036, 47, 5761),
        (180, 1361, 372, 1079), (8, 2537, 10, 619), (505, 87886, 499, 87892), (29, 7470, 45, 7232),
        (17, 1699, 65, 1600), (186, 50448, 141, 27197), (5, 2493, 3, 2338), (27, 16886, 29, 17825),
    ]
    effects, variances = [], []
    for a, b, c, d in trials:
        effects.append(math.log(a / (a + b)) - math.log(c / (c + d)))
        variances.append(1 / a - 1 / (a + b) + 1 / c - 1 / (c + d))
    out = {"effects": effects, "errors": [math.sqrt(v) for v in variances]}
    effects, variances = np.array(effects), np.array(variances)
    found = combine_effects(effects, variances, method_re="chi2", use_t=False)
    out["der_simonian_laird"] = {"variance": float(found.tau2), "mean": float(found.mean_effect_re),
                                 "mean_error": float(found.sd_eff_w_re)}

    def excess(tau2):
        weights = 1 / (variances + tau2)
        mean = np.sum(weights * effects) / np.sum(weights)
        return np.sum(weights * (effects - mean) ** 2) - (len(effects) - 1)

    out["paule_mandel"] = {"variance": float(scipy.optimize.brentq(excess, 0, 10, xtol=1e-15))}
    return out


def schools():
    # Rubin (1981), the eight schools of Gelman's Bayesian Data Analysis, section 5.5.
    effects = np.array([28.0, 8, -3, 7, -1, 1, 18, 12])
    errors = np.array([15.0, 10, 16, 11, 9, 11, 10, 18])

    def given(tau):
        total = errors**2 + tau**2
        precision = np.sum(1 / total)
        mean = np.sum(effects / total) / precision
        density = np.prod(total**-0.5 * np.exp(-((effects - mean) ** 2) / 2 / total)) * precision**-0.5
        share = tau**2 / total
        centre = mean + share * (effects - mean)
        variance = share * errors**2 + (1 - share) ** 2 / precision
        return density, centre, variance

    def integral(what):
        edges = [0, 1, 3, 6, 10, 20, 40, 100, 1000, 100000]
        parts = (scipy.integrate.quad(what, a, b, epsabs=0, epsrel=1e-11, limit=400)[0] for a, b in zip(edges, edges[1:]))
        return sum(parts)

    total = integral(lambda tau: given(tau)[0])
    out = {"effects": list(effects), "errors": list(errors), "mean": [], "nil_or_negative": []}
    for school in range(8):
        out["mean"].append(integral(lambda tau: given(tau)[0] * given(tau)[1][school]) / total)
        below = lambda tau: given(tau)[0] * scipy.stats.norm.cdf(0, given(tau)[1][school], np.sqrt(given(tau)[2][school]))
        out["nil_or_negative"].append(integral(below) / total)
    out["near_zero"] = {str(common): schools_near_zero(effects, errors, common) for common in (0.0, 6.0)}
    return out


def schools_near_zero(effects, errors, common):
    """The mean is Cauchy around zero with scale tau / 2; all effects share an error. Integrated over the mean itself, by the
    multivariate normal of the effects."""
    steps = (np.arange(3000) + 0.5) / 3000
    means, nil, total = np.zeros(8), np.zeros(8), 0.0
    for at in steps:
        tau = 10 * at / (1 - at)
        covariance = np.diag(errors**2 + tau**2) + common**2
        inverse = np.linalg.inv(covariance)
        spread = np.sqrt(tau**2 - tau**4 * np.diag(inverse))
        # The mean is half of tau times the tangent of an even angle.
        centre = tau / 2 * np.tan(np.pi * (steps - 0.5))
        gap = effects[:, None] - centre
        density = np.exp(-0.5 * np.einsum("ij,ik,kj->j", gap, inverse, gap)) / np.sqrt(np.linalg.det(covariance)) / (1 - at) ** 2
        mean = centre + tau**2 * (inverse @ gap)
        means += mean @ density
        nil += scipy.stats.norm.cdf(0, mean, spread[:, None]) @ density
        total += density.sum()
    return {"mean": list(means / total), "nil_or_negative": list(nil / total)}


def noise():
    out = []
    for skewness in (-1.4, -0.3, -0.02, 0.0, 0.001, 0.04, 0.06, 0.5, 1.0, 2.5):
        for z in (-2.5, -1.0, 0.0, 0.7, 1.96, 4.0):
            out.append([skewness, z, float(scipy.stats.pearson3.cdf(z, skewness) if skewness else scipy.stats.norm.cdf(z))])
    return out


print(json.dumps({
    "unit_exposure": simulated(True),
    "mixed_exposure": simulated(False),
    "vaccine": meta(),
    "schools": schools(),
    "noise": noise(),
    "student": [[p, f, float(scipy.stats.t.ppf(p, f))] for p in (0.025, 0.6, 0.975) for f in (1, 5, 40)],
}, separators=(",", ":")))
