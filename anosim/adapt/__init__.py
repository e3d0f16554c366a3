"""How far a number is off because of the mesh, and meshes that make it as exact as asked.

from anosim import adapt, plugins

solver = plugins.solver("skfem")(order=2)
print(adapt.estimate(solution, adapt.Average("sei", at="10 s"), solver))
"""

from anosim.adapt.estimate import Estimate, estimate
from anosim.adapt.quantities import Average, Content, Goal, Passed, SteadyFlux
from anosim.adapt.refining import NotMetError, Refinement, Round, refine
from anosim.adapt.sizes import SizedMesher

__all__ = [
    "Average",
    "Content",
    "Estimate",
    "Goal",
    "NotMetError",
    "Passed",
    "Refinement",
    "Round",
    "SizedMesher",
    "SteadyFlux",
    "estimate",
    "refine",
]
