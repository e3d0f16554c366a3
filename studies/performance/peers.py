"""Other codes, each run by itself; needs numpy and that code, not anosim, and any Python from 3.9.

Run by the other scripts as:  python peers.py NAME INPUT.npz OUTPUT.npy [TOLERANCE]

Prints one line of JSON: seconds, peak memory in GB, figures; or why the code is left out.
"""

import json
import resource
import sys
import time

import numpy as np


def taufactor(data, tolerance):
    """TauFactor 2 on all cores of the CPU."""
    import taufactor as tau

    mask = data["mask"].astype(np.uint8)

    def work():
        solver = tau.Solver(mask, device="cpu")
        solver.solve(verbose=False, conv_crit=tolerance, iter_limit=20000)
        return {"D_eff": float(np.ravel(solver.D_eff)[0])}, None

    return work


def porespy(data, tolerance):
    """PoreSpy's finite differences until the fluxes at both ends agree, its default way."""
    import porespy as ps

    mask = data["mask"]

    def work():
        found = ps.simulations.tortuosity_fd(mask, axis=0, ftol=tolerance)
        return {"D_eff": 1.0 / float(found.formation_factor)}, None

    return work


def fast_marching(data, order):
    """Scikit-fmm: the zero level is the first slice's outer face."""
    import skfmm

    mask = data["mask"]

    def work():
        phi = np.ones((len(mask) + 1, *mask.shape[1:]))
        phi[0] = -1.0
        walls = np.concatenate([np.zeros((1, *mask.shape[1:]), dtype=bool), ~mask])
        found = skfmm.travel_time(
            np.ma.MaskedArray(phi, walls), np.ones_like(phi), order=int(order)
        )
        return {}, found[1:].filled(np.inf)

    return work


def dijkstra(data, _):
    """scikit-image: 26 neighbours."""
    from skimage.graph import MCP_Geometric

    mask = data["mask"]

    def work():
        found, _ = MCP_Geometric(np.where(mask, 1.0, np.inf)).find_costs(np.argwhere(mask[:1]))
        return {}, found + 0.5

    return work


def tree(data, _):
    """SciPy's k-d tree on all cores, of surface voxels: the distance needs no others."""
    from scipy.ndimage import binary_erosion
    from scipy.spatial import cKDTree

    def surface(mask):
        return np.argwhere(mask & ~binary_erosion(mask, border_value=1)) * data["voxel"]

    def work():
        found, _ = cKDTree(surface(data["other"])).query(surface(data["mask"]), workers=-1)
        return {"mean/um": float(found.mean()) * 1e6, "max/um": float(found.max()) * 1e6}, None

    return work


def main():
    """Run one code."""
    name, source, target, tolerance = [*sys.argv[1:], "0"][:4]
    try:
        work = globals()[name](dict(np.load(source)), float(tolerance))
    except (ImportError, AttributeError) as error:
        print(json.dumps({"left out": str(error)}))
        return
    start, before = time.perf_counter(), time.process_time()
    figures, result = work()
    seconds, cpu = time.perf_counter() - start, time.process_time() - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    if result is not None:
        np.save(target, result)
    print(json.dumps({"seconds": seconds, "cpu": cpu, "peak": peak, "figures": figures}))


if __name__ == "__main__":
    main()
