"""Weak forms with all that the solver plugins assemble, small."""

import numpy as np

from anosim import (
    Concentration,
    Diffusion,
    Flux,
    InterfaceTransfer,
    MassTransfer,
    Material,
    Mesh,
    Uptake,
)
from anosim.testing import rectangle
from anosim.weakform import weak_form


def bent_rectangle(cells=(8, 6)):
    """Two phases side by side, all inner edges bent."""
    straight = rectangle(2.0, 1.0, cells, phases=("a", "b"), cuts=(1.0,))
    edges = straight.facets
    middles = straight.points[edges.vertices].mean(axis=1)
    x, y = middles.T
    inner = (edges.cells >= 0).all(axis=1)
    bulge = 0.02 * np.stack([np.sin(7 * y + x), np.cos(5 * x - y)], axis=1)
    middles[inner] += bulge[inner]
    nodes = np.hstack([straight.cells, len(straight.points) + edges.of_cell])
    points = np.vstack([straight.points, middles])
    return Mesh(points, nodes, straight.cell_phase, straight.phases, straight.sides)


def form(order, *, periodic="", nonlinear=True, bent=False, cells=(8, 6)):
    """Everything at once: reaction, partition, transfer, uptake and, if wanted, D of c."""
    mesh = (
        bent_rectangle(cells)
        if bent
        else rectangle(2.0, 1.0, cells, phases=("a", "b"), cuts=(1.0,))
    )
    conditions = {("a", "b"): InterfaceTransfer(2.0, 1.5)}
    if periodic != "y":
        conditions["top"] = MassTransfer(0.3, lambda t: 1.0 + t)
        conditions["bottom"] = Uptake(0.4, 0.1, 0.5 if nonlinear else "inf")
    if periodic != "x":
        conditions["left"] = Concentration(1.0)
        conditions["right"] = Flux(0.2)
    D = (lambda c: 0.3 + 0.2 * c + 0.1 * c**2) if nonlinear else 0.7
    problem = Diffusion(
        mesh,
        {"a": Material(D, 2.0, 0.3), "b": Material(0.5)},
        conditions,
        until=1.0,
        periodic=periodic,
    )
    return weak_form(problem, order)


def free_nodes(form):
    """Nodes without a given u, of joined ones the one that stands for them."""
    return np.setdiff1d(np.unique(form.domain.twins), form.fixed)


def field(form, seed=0):
    """A vector with equal values at joined nodes."""
    values = np.random.default_rng(seed).random(len(form.domain.points))
    return values[form.domain.twins]
