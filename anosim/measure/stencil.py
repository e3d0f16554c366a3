"""Kernels of the finite-volume operator A on a grid, compiled.

(A x)_i = sum over faces g (x_i - x_j) + e_i x_i. ``g0``, ``g1``, ``g2`` hold the conductance of the
face between a voxel and the next one along an axis; the last face of a line joins its end to its
start, and is zero unless the grid is periodic: so no loop needs to ask where it is. ``ends`` holds
e, the conductance to the planes of fixed value.
"""

from typing import Any

import numpy as np

from anosim.measure.compiled import compiled, in_parallel, prange


@compiled
def _row(g0: Any, g1: Any, g2: Any, ends: Any, x: Any, z: int, y: int, out: Any) -> None:
    """One line of A x."""
    nz, ny, nx = x.shape
    up, back = (z + nz - 1) % nz, (y + ny - 1) % ny
    down, front = (z + 1) % nz, (y + 1) % ny
    here, e = x[z, y], ends[z, y]
    above, below, behind, before = x[up, y], x[down, y], x[z, back], x[z, front]
    g_up, g_down, g_back, g_front = g0[up, y], g0[z, y], g1[z, back], g1[z, y]
    g = g2[z, y]
    for i in range(nx):
        out[i] = (
            e[i] * here[i]
            + g_up[i] * (here[i] - above[i])
            + g_down[i] * (here[i] - below[i])
            + g_back[i] * (here[i] - behind[i])
            + g_front[i] * (here[i] - before[i])
        )
    for i in range(nx - 1):
        out[i] += g[i] * (here[i] - here[i + 1])
    for i in range(1, nx):
        out[i] += g[i - 1] * (here[i] - here[i - 1])
    wrapped = g[nx - 1] * (here[nx - 1] - here[0])
    out[nx - 1] += wrapped
    out[0] -= wrapped


@in_parallel
def apply(g0: Any, g1: Any, g2: Any, ends: Any, x: Any, out: Any) -> float:
    """Out = A x; returns x . A x."""
    nz, ny, nx = x.shape
    total = np.zeros(nz)
    for z in prange(nz):
        part = 0.0
        for y in range(ny):
            row = out[z, y]
            _row(g0, g1, g2, ends, x, z, y, row)
            line = x[z, y]
            for i in range(nx):
                part += row[i] * line[i]
        total[z] = part
    return float(total.sum())


@in_parallel
def smooth(
    g0: Any, g1: Any, g2: Any, ends: Any, inverse: Any, x: Any, b: Any, old: Any,
    step: Any, momentum: Any,
) -> None:  # fmt: skip
    """Old = x + step * inverse (b - A x) + momentum (x - old)."""
    nz, ny, nx = x.shape
    for z in prange(nz):
        row = np.empty(nx, x.dtype)
        for y in range(ny):
            _row(g0, g1, g2, ends, x, z, y, row)
            d, right, line, last = inverse[z, y], b[z, y], x[z, y], old[z, y]
            for i in range(nx):
                change = step * d[i] * (right[i] - row[i]) + momentum * (line[i] - last[i])
                last[i] = line[i] + change


@in_parallel
def first_smooth(inverse: Any, b: Any, step: Any, out: Any) -> None:
    """The same from x = 0: out = step * inverse b."""
    nz, ny, nx = b.shape
    for z in prange(nz):
        for y in range(ny):
            d, right, row = inverse[z, y], b[z, y], out[z, y]
            for i in range(nx):
                row[i] = step * d[i] * right[i]


@in_parallel
def restrict_residual(
    g0: Any, g1: Any, g2: Any, ends: Any, x: Any, b: Any, coarse: Any, factors: Any
) -> None:
    """Coarse = sums of b - A x over blocks of ``factors`` voxels."""
    nz, ny, nx = x.shape
    f0, f1, f2 = factors
    for block in prange(coarse.shape[0]):
        row = np.empty(nx, x.dtype)
        coarse[block] = 0.0
        for z in range(block * f0, min((block + 1) * f0, nz)):
            for y in range(ny):
                _row(g0, g1, g2, ends, x, z, y, row)
                right, into = b[z, y], coarse[block, y // f1]
                if f2 == 1:
                    for i in range(nx):
                        into[i] += right[i] - row[i]
                else:
                    for i in range(nx // 2):
                        j = 2 * i
                        into[i] += right[j] - row[j] + right[j + 1] - row[j + 1]
                    if nx % 2:
                        into[nx // 2] += right[nx - 1] - row[nx - 1]


@in_parallel
def prolong(coarse: Any, x: Any, active: Any, factors: Any, weight: Any) -> None:
    """Add weight times the blocks' values to their active voxels."""
    nz, ny, nx = x.shape
    f0, f1, f2 = factors
    for z in prange(nz):
        for y in range(ny):
            row, source, on = x[z, y], coarse[z // f0, y // f1], active[z, y]
            if f2 == 1:
                for i in range(nx):
                    if on[i] > 0.0:
                        row[i] += weight * source[i]
            else:
                for i in range(nx):
                    if on[i] > 0.0:
                        row[i] += weight * source[i >> 1]


@in_parallel
def diagonal_inverse(g0: Any, g1: Any, g2: Any, ends: Any, out: Any) -> None:
    """1 / diagonal of A, 0 where the diagonal is 0."""
    nz, ny, nx = out.shape
    for z in prange(nz):
        up = (z + nz - 1) % nz
        for y in range(ny):
            back = (y + ny - 1) % ny
            for i in range(nx):
                total = ends[z, y, i] + g0[z, y, i] + g0[up, y, i] + g1[z, y, i] + g1[z, back, i]
                total += g2[z, y, i] + g2[z, y, (i + nx - 1) % nx]
                out[z, y, i] = 1.0 / total if total > 0.0 else 0.0


@in_parallel
def sum_faces(g: Any, coarse: Any, factors: Any, axis: int) -> None:
    """Coarse = sums of the faces between blocks; faces inside of blocks are left out."""
    nz, ny, nx = g.shape
    f0, f1, f2 = factors
    for block in prange(coarse.shape[0]):
        coarse[block] = 0.0
        for z in range(block * f0, min((block + 1) * f0, nz)):
            if axis == 0 and z + 1 < nz and (z + 1) // f0 == block:
                continue
            for y in range(ny):
                if axis == 1 and y + 1 < ny and (y + 1) // f1 == y // f1:
                    continue
                for i in range(nx):
                    if axis == 2 and i + 1 < nx and (i + 1) // f2 == i // f2:
                        continue
                    coarse[block, y // f1, i // f2] += g[z, y, i]


@in_parallel
def advance(x: Any, r: Any, p: Any, q: Any, alpha: float, low: Any) -> None:
    """X += alpha p; r -= alpha q; low = r in the precision of the preconditioner."""
    nz, ny, nx = x.shape
    for z in prange(nz):
        for y in range(ny):
            a, b, c, d, e = x[z, y], r[z, y], p[z, y], q[z, y], low[z, y]
            for i in range(nx):
                a[i] += alpha * c[i]
                b[i] -= alpha * d[i]
                e[i] = b[i]


@in_parallel
def dot(a: Any, b: Any) -> float:
    """Sum of products, in double precision."""
    nz, ny, nx = a.shape
    total = np.zeros(nz)
    for z in prange(nz):
        part = 0.0
        for y in range(ny):
            u, v = a[z, y], b[z, y]
            for i in range(nx):
                part += u[i] * v[i]
        total[z] = part
    return float(total.sum())


@in_parallel
def redirect(z: Any, p: Any, beta: float) -> None:
    """P = z + beta p."""
    n0, n1, n2 = p.shape
    for k in prange(n0):
        for y in range(n1):
            u, v = z[k, y], p[k, y]
            for i in range(n2):
                v[i] = u[i] + beta * v[i]


@in_parallel
def join(d: Any, axis: int, weight: float, periodic: bool, out: Any) -> None:
    """Conductance of the faces after each voxel: both halves in series, times weight."""
    nz, ny, nx = d.shape
    for z in prange(nz):
        for y in range(ny):
            for i in range(nx):
                k = (z + (axis == 0)) % nz, (y + (axis == 1)) % ny, (i + (axis == 2)) % nx
                last = k[0] + k[1] + k[2] <= z + y + i
                total = d[z, y, i] + d[k]
                if total > 0.0 and not (last and not periodic):
                    out[z, y, i] = 2.0 * weight * d[z, y, i] * d[k] / total
                else:
                    out[z, y, i] = 0.0
