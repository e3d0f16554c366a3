"""From when on a mesh is fine enough for what happens at the sources."""

import numpy as np

from anosim.domain import Domain
from anosim.problem import Diffusion


def resolved_from(problem: Diffusion, domain: Domain) -> float:
    """Time from which the mesh resolves what enters at the sources, s.

    The largest theta h^2 / (6 D) of the cells at a source, h their edge length: before, a step at
    a boundary is thinner than a cell, and values near it over- and undershoot.
    """
    found = [0.0]
    for name in problem.sources:
        edge = domain.edges.find(domain.boundary_edges(name))
        cells = domain.edges.cells[edge, 0]
        phases = domain.mesh.cell_phase[domain.cells[cells]]
        for phase in domain.phases:
            here = cells[phases == domain.mesh.phase_index(phase)]
            square = 4.0 / np.sqrt(3.0) * domain.areas[here].max(initial=0.0)
            capacity = problem.materials[phase].capacity
            found.append(capacity * square / (6.0 * problem.diffusivity(phase)))
    return float(max(found))
