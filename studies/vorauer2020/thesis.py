"""The reference's thesis in numbers: the nearer a pore, the sooner lithium arrives."""

import matplotlib
import numpy as np
from desk import Desk, Numbers
from images import region
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from model import CURVES, FINE, Preset, arrival, crossing, mesh_of, places
from panels import MM, letter, note, trim
from published import BULK
from scipy.ndimage import distance_transform_edt
from scipy.stats import pearsonr, spearmanr

from anosim import Solution, figures
from anosim.figures.style import STYLE, WIDTH

BLOCK = 1e-6
"""Side of the squares that are drawn anew: neighbouring pixels are no independent observations."""
DRAWS = 400
EVERY = 7
"""Every so many pixels are looked at."""


def thesis(desk: Desk, fitted: Numbers) -> Numbers:
    """Correlation of the time to 90 % with the distance to the nearest pore, with intervals."""
    image = region(desk).phases
    mesh = mesh_of(image, 6_000 if desk.quick else FINE // 2)
    solved = Preset("paper_timescale", fitted["value"], until=1e3).solve(mesh)
    desk.draw(figures.arrival(solved, over=image), "thesis-map")
    where = places(mesh, image)
    some = np.flatnonzero(np.isfinite(where.around))[::EVERY]
    points = where.points[some]
    times = arrival(solved, points)
    kept = np.isfinite(times)
    points, times = points[kept], times[kept]
    ways = {"straight": where.straight[some][kept], "around": where.around[some][kept]}
    groups = _blocks(points)
    particles = _particles(desk, solved)
    desk.draw(_picture(ways, times, particles), "thesis")
    found = {name: _correlations(way, times, groups) for name, way in ways.items()}
    alone = np.arange(len(particles[0]))
    return {
        "pixels": len(times),
        "blocks": len(np.unique(groups)),
        "local": found,
        "particles": {
            "count": len(alone), **_correlations(particles[0], particles[1], alone)
        },
        "no_path": solved.unreachable["sei"],
        "no_path_area": solved.unreachable["sei"] * float(solved.domain.volumes.sum()),
    }  # fmt: skip


def _blocks(points: np.ndarray) -> np.ndarray:
    """The number of the square that each point is in."""
    columns, rows = np.floor(points / BLOCK).astype(int).T
    return np.asarray(rows * 1000 + columns)


def _correlations(x: np.ndarray, y: np.ndarray, groups: np.ndarray) -> Numbers:
    """Spearman's and Pearson's coefficients with 95 % intervals by the bootstrap of groups."""
    rng = np.random.default_rng(0)
    names, number = np.unique(groups, return_inverse=True)
    members = [np.flatnonzero(number == k) for k in range(len(names))]
    drawn = []
    for _ in range(DRAWS):
        chosen = rng.integers(0, len(members), len(members))
        some = np.concatenate([members[k] for k in chosen])
        drawn.append((spearmanr(x[some], y[some])[0], pearsonr(x[some], y[some])[0]))
    low, high = np.nanquantile(drawn, (0.025, 0.975), axis=0)
    values = (spearmanr(x, y)[0], pearsonr(x, y)[0])
    return {
        name: {"value": float(values[k]), "low": float(low[k]), "high": float(high[k])}
        for k, name in enumerate(("spearman", "pearson"))
    }


def _particles(desk: Desk, solved: Solution) -> tuple[np.ndarray, np.ndarray]:
    """Distance of each particle's middle to a pore, m; when its surface's mean is at 90 %, s."""
    image = region(desk).phases
    times = CURVES[CURVES > 1e-2]
    found = solved.surfaces(("particle", "sei"), times)
    whole = found.reached > 0.5
    mean = np.full((len(CURVES), int(whole.sum())), 0.0)
    mean[-len(times) :] = found.mean[:, whole] / BULK
    pore = image.labels == image.phases["pore"]
    away = distance_transform_edt(~pore, sampling=image.voxel)
    middle = np.floor(found.centroid[whole][:, ::-1] / image.voxel).astype(int)
    distance = away[tuple(middle.T)]
    when = crossing(mean, 0.9)
    kept = np.isfinite(when)
    return distance[kept], when[kept]


def _picture(
    ways: dict[str, np.ndarray], times: np.ndarray, particles: tuple[np.ndarray, np.ndarray]
) -> Figure:
    labels = {"straight": "straight distance to the nearest pore / µm",
              "around": "distance through the SEI/C/B / µm"}  # fmt: skip
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, 66 * MM), layout="constrained")
        panels = figure.subplots(1, 3, sharey=True)
        for axes, (name, way), mark in zip(panels, ways.items(), "ab", strict=False):
            pairs = axes.hexbin(1e6 * way, times, gridsize=45, bins="log", cmap="viridis", mincnt=1,
                                linewidths=0.0)  # fmt: skip
            _dress(axes, mark, labels[name], spearmanr(way, times)[0])
        figure.colorbar(pairs, ax=panels[1], label="pixels", pad=0.01, aspect=30)
        panels[2].plot(1e6 * particles[0], particles[1], "o", color="#b5402c", ms=3, mew=0)
        text = "particle's middle to the nearest pore / µm"
        _dress(panels[2], "c", text, spearmanr(*particles)[0])
        panels[0].set_ylabel("time to 90 % of the bulk / s")
        note(figure, "Segmented SYNTHETIC region, D fitted to the stated times; c: mean over each "
                     "particle's surface")  # fmt: skip
    return figure


def _dress(axes: Axes, mark: str, label: str, rank: float) -> None:
    axes.set_xlabel(label, fontsize=6.5)
    axes.set(xlim=(0.0, None), ylim=(0.0, None))
    letter(axes, mark, f"Spearman {rank:.2f}")
    trim(axes)
