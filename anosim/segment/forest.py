"""A random forest that learns phases from painted examples."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anosim.errors import InputError

Floats = NDArray[np.float32]
_MOST_TREES = 10_000
MOST_SAMPLES = 20_000
"""Painted pixels per phase that a forest learns from; of more, evenly spaced ones."""


def check_trees(trees: int) -> None:
    """Refuse a forest without a tree or with very many.

    Raises:
        InputError: another number than 1 to 10000.
    """
    if not 1 <= trees <= _MOST_TREES:
        raise InputError(f"trees is {trees}: a forest has 1 to {_MOST_TREES}")


def grow(samples: Floats, phase: NDArray[np.integer], trees: int) -> Any:
    """A forest of extremely randomised trees (Geurts et al. 2006), phases weighted alike.

    The same samples give the same forest.
    """
    from sklearn.ensemble import ExtraTreesClassifier

    kept = np.concatenate([_thinned(np.flatnonzero(phase == k)) for k in np.unique(phase)])
    forest = ExtraTreesClassifier(
        trees, min_samples_leaf=3, class_weight="balanced", random_state=0, n_jobs=1
    )
    return forest.fit(samples[kept], phase[kept])


def likelihood(forest: Any, samples: Floats, phases: int) -> NDArray[np.float64]:
    """Likelihood of each phase for each sample, shape (samples, phases)."""
    found = np.zeros((len(samples), phases))
    step = 200_000
    for start in range(0, len(samples), step):
        part = slice(start, start + step)
        found[part][:, forest.classes_] = forest.predict_proba(samples[part])
    return found


def most_important(forest: Any, names: Sequence[str], count: int = 8) -> dict[str, float]:
    """The features that decide most, with their share."""
    order = np.argsort(forest.feature_importances_)[::-1][:count]
    return {names[k]: round(float(forest.feature_importances_[k]), 4) for k in order}


def _thinned(places: NDArray[np.intp]) -> NDArray[np.intp]:
    if len(places) <= MOST_SAMPLES:
        return places
    return np.asarray(places[np.linspace(0, len(places) - 1, MOST_SAMPLES).astype(int)])
