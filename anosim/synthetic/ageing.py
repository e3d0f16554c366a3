"""What ageing does to the composite anode, as numbers.

Source: T. Vorauer et al., Communications Chemistry 3 (2020), doi:10.1038/s42004-020-00386-x.

Stated there: pore fraction 37.54 % when pristine; pore volume -37.2, -58.8 and -76.5 % and
intermediate (SEI and carbon-binder) volume +21.8, +33.3 and +38.2 % after 3, 100 and 300 cycles;
graphite without significant change; particles of 0.90 um in the mean (up to 6.4 um) when pristine,
0.33 um and about ten times as many per area after 100 cycles; in a region of 5 x 8 um^2 without
graphite after 100 cycles an area fraction of the SEI, carbon and binder compound of 0.64.

Not stated are the pristine fractions of the intermediate phase and of graphite, nor any fraction
of the particles in the whole volume. The pores lose more than the intermediate phase gains: for it
to take all that they lose it would have to fill 64, 66 and 75 % of the pristine volume, which is
more than the pores leave. With graphite unchanged the rest can only go to the particles, and here
does: from 7.5 to 13, 17 and 22 % of the volume. That is our inference, as are all sizes and counts
after 3 and 300 cycles.

Micro-CT with voxels of 0.65 um sees less: what is smaller is in its intermediate domain, which the
reference says of fragments and which must hold for pores too. Its changes are of what it resolves,
and they do add up, graphite changing by -3 to +5 %, if that is 22 % pores and 48 % intermediate
domain when pristine. The particles that it resolves become fewer, as distances to them grow. These
fractions are our inference.
"""

from collections.abc import Mapping
from dataclasses import dataclass

PRISTINE_PORE, PRISTINE_SEI, GRAPHITE = 0.3754, 0.38, 0.17
PARTICLES_PER_AREA = 0.085e12
"""Pristine particles per area of a section, 1/m^2."""


@dataclass(frozen=True)
class State:
    """The anode after some cycles.

    Attributes:
        pore: fraction of the area or volume.
        sei: the same of SEI, carbon and binder.
        graphite: the same of graphite.
        size: mean greatest extension of a particle, m.
        largest: the greatest of them, m.
        count: particles per area of a section, as a multiple of the pristine number.
        roughness: of the particles' surfaces, relative to their size.
        spread: how far fragments lie from their particle's centre, relative to its size.
        crevices: how strongly features of 0.1 um shape the pores; SEI fills them first.
    """

    pore: float
    sei: float
    graphite: float
    size: float
    largest: float
    count: float
    roughness: float
    spread: float
    crevices: float

    @property
    def particle(self) -> float:
        """Fraction of the area or volume that is left for the particles."""
        return 1.0 - self.pore - self.sei - self.graphite


def _aged(pore: float, sei: float, *rest: float) -> State:
    """A state by the relative changes of pores and of SEI."""
    return State(PRISTINE_PORE * (1.0 + pore), PRISTINE_SEI * (1.0 + sei), GRAPHITE, *rest)


STATES: Mapping[int, State] = {
    0: _aged(0.0, 0.0, 0.90e-6, 6.4e-6, 1.0, 0.05, 0.0, 0.40),
    3: _aged(-0.372, 0.218, 0.55e-6, 4.5e-6, 3.5, 0.08, 0.8, 0.05),
    100: _aged(-0.588, 0.333, 0.33e-6, 3.5e-6, 10.0, 0.12, 1.0, 0.02),
    300: _aged(-0.765, 0.382, 0.30e-6, 3.5e-6, 12.0, 0.12, 1.1, 0.0),
}
CYCLES = tuple(STATES)
"""The numbers of cycles that there is a state for."""


def _resolved(pore: float, sei: float, particle: float, size: float, count: float) -> State:
    """What micro-CT sees, by the relative changes of pores and of the intermediate domain."""
    pore, sei = 0.22 * (1.0 + pore), 0.48 * (1.0 + sei)
    graphite = 1.0 - pore - sei - particle
    return State(pore, sei, graphite, size, 6.4e-6, count, 0.05, 0.5, 0.0)


RESOLVED: Mapping[int, State] = {
    0: _resolved(0.0, 0.0, 0.045, 2.8e-6, 0.09),
    3: _resolved(-0.372, 0.218, 0.025, 2.6e-6, 0.06),
    100: _resolved(-0.588, 0.333, 0.021, 2.5e-6, 0.052),
    300: _resolved(-0.765, 0.382, 0.018, 2.4e-6, 0.045),
}
"""What micro-CT resolves after so many cycles."""

REGION = State(
    pore=0.10,
    sei=0.64,
    graphite=0.0,
    size=0.33e-6,
    largest=2.2e-6,
    count=12.0,
    roughness=0.12,
    spread=1.0,
    crevices=0.02,
)
"""The region of interest after 100 cycles: no graphite, particles 26 %."""
