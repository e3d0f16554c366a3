"""What to cite for a run."""

from collections.abc import Iterable

_ANOSIM = (
    "anosim {version}: from images of battery electrodes to conforming meshes and Li diffusion, "
    "with interchangeable finite-element solvers (BSD-3-Clause)."
)
_MODEL = (
    "T. Vorauer et al., Multi-scale quantification and modeling of aged nanostructured "
    "silicon-based composite anodes, Communications Chemistry 3 (2020) 141, "
    "doi:10.1038/s42004-020-00386-x: the model that anosim started from."
)
_TOOLS = {
    "skfem": "T. Gustafsson and G. D. McBain, scikit-fem: A Python package for finite element "
    "assembly, Journal of Open Source Software 5 (2020) 2369, doi:10.21105/joss.02369.",
    "fenicsx": "I. A. Baratta et al., DOLFINx: the next generation FEniCS problem solving "
    "environment (2023), doi:10.5281/zenodo.10447666.",
    "gmsh": "C. Geuzaine and J.-F. Remacle, Gmsh: a 3-D finite element mesh generator with "
    "built-in pre- and post-processing facilities, International Journal for Numerical Methods in "
    "Engineering 79 (2009) 1309-1331, doi:10.1002/nme.2579.",
}


def references(version: str, plugins: Iterable[str] = (), *, sample: bool = False) -> list[str]:
    """The references of anosim, of the plugins that did the work and of the embedded sample."""
    from anosim import samples

    known = [_TOOLS[name] for name in dict.fromkeys(plugins) if name in _TOOLS]
    return [_ANOSIM.format(version=version), _MODEL, *known, *([samples.CITATION] * sample)]
