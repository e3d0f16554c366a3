"""What each measure is: definition, unit and reference, as written beside every result."""

from typing import NamedTuple


class Definition(NamedTuple):
    """One measure."""

    definition: str
    unit: str
    reference: str


_PAPER = "Vorauer et al., Communications Chemistry 3 (2020) 141, doi:10.1038/s42004-020-00386-x"

DEFINITIONS = {
    "fraction": Definition(
        "voxels of the phase over all voxels, in the image and per slice; interval at 95 % from "
        "the variance among blocks of the image",
        "1",
        "Kanit et al., Int. J. Solids Struct. 40 (2003) 3647",
    ),
    "surface": Definition(
        "area between two phases over the image's volume, from faces of voxels weighted by the "
        "smoothed surface's direction (2D: length per area)",
        "1/m",
        "Mullikin and Verbeek, Bioimaging 1 (1993) 86",
    ),
    "porod_surface": Definition(
        "the same from the slope of the two-point correlation at 0, for surfaces without a "
        "preferred direction",
        "1/m",
        "Debye, Anderson and Brumberger, J. Appl. Phys. 28 (1957) 679",
    ),
    "percolation": Definition(
        "share of the phase in parts (voxels joined by faces) that touch both, one or none of two "
        "opposite sides",
        "1",
        "Torquato, Random Heterogeneous Materials (2002), ch. 9",
    ),
    "geodesic_tortuosity": Definition(
        "shortest way through the phase from the entry side over the depth, per voxel; not the "
        "tortuosity factor of transport",
        "1",
        _PAPER + "; ways: Daniel et al., J. Artif. Intell. Res. 39 (2010) 533",
    ),
    "channels": Definition(
        "separate parts of the phase in a slice that a way from the entry side leads to",
        "1",
        _PAPER + ", Fig. 6b",
    ),
    "tortuosity_factor": Definition(
        "tau in D_eff = D eps / tau (tau not squared) for steady diffusion through the phase "
        "alone, fixed concentrations on the image's outer faces, eps the phase's total fraction",
        "1",
        "Cooper et al., SoftwareX 5 (2016) 203",
    ),
    "proximity": Definition(
        "distance from each surface voxel of one phase to the nearest voxel of another, between "
        "their middles; its maximum is the directed Hausdorff distance",
        "m",
        _PAPER + ", Fig. 7",
    ),
    "particles": Definition(
        "parts of the phase joined by faces of voxels: diameter of the sphere (2D: disc) of equal "
        "volume, greatest extension (maximum Feret diameter), number per area of a slice and per "
        "volume",
        "m, 1/m^2, 1/m^3",
        _PAPER + ", Fig. 4d",
    ),
    "chord_length": Definition(
        "mean length of the stretches in the phase on lines along the axis, without those that "
        "the image's edge cuts",
        "m",
        "Torquato, Random Heterogeneous Materials (2002), 2.5",
    ),
    "local_thickness": Definition(
        "diameter of the largest ball in the phase that covers a voxel; mean over the phase, "
        "which goes on beyond the image's edge (chords that the edge cuts are left out)",
        "m",
        "Hildebrand and Rueegsegger, J. Microsc. 185 (1997) 67",
    ),
}
