"""Real images that come with the package, so that everything can be tried at once."""

from importlib.resources import as_file, files

from anosim.microstructure import Microstructure

CITATION = (
    "F. L. E. Usseglio-Viretta et al., J. Electrochem. Soc. 165 (2018) A3403, "
    "doi:10.1149/2.0731814jes (CT); MATBOX, SoftwareX 17 (2022) 100915, "
    "doi:10.1016/j.softx.2021.100915 (image file, BSD licence)"
)


def nmc_slice() -> Microstructure:
    """One slice of a calendered NMC electrode: 301 x 301 pixels of 0.398 um.

    Pores and NMC particles are as seen by X-ray computed tomography (National Renewable Energy
    Laboratory, electrode nmc-1-cal); the carbon-binder domain ("cbd") was added numerically by
    MATBOX's "bridge" model, because the X-ray image does not resolve it. It is slice 125 of the
    volume; see ``CITATION`` and the licence file in this folder.
    """
    with as_file(files(__name__) / "nmc_calendered_slice125.tif") as path:
        return Microstructure.read(
            path, phases={"pore": 0, "particle": 1, "cbd": 2}, voxel="0.398 um"
        )
