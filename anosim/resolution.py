"""From when on a mesh is fine enough for what happens at the sources."""

import numpy as np

from anosim.domain import Domain
from anosim.problem import Diffusion

_REGULAR = {2: 4.0 / np.sqrt(3.0), 3: 6.0 * np.sqrt(2.0)}
"""(Edge length)^d over the volume of the equilateral cell, by dimension d."""


def resolved_from(problem: Diffusion, domain: Domain) -> float:
    """Time from which the mesh resolves what enters at the sources, s.

    The largest theta h^2 / (6 D) of the cells at a source, h their edge length: before, a step at
    a boundary is thinner than a cell, and values near it over- and undershoot.
    """
    found = [0.0]
    for name in problem.sources:
        facet = domain.facets.find(domain.boundary_facets(name))
        cells = domain.facets.cells[facet, 0]
        phases = domain.mesh.cell_phase[domain.cells[cells]]
        for phase in domain.phases:
            here = cells[phases == domain.mesh.phase_index(phase)]
            largest = domain.volumes[here].max(initial=0.0)
            square = (_REGULAR[domain.dimension] * largest) ** (2.0 / domain.dimension)
            capacity = problem.materials[phase].capacity
            found.append(capacity * square / (6.0 * problem.diffusivity(phase)))
    return float(max(found))
