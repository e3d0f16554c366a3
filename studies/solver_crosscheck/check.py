"""One case through all installed solvers: differences and times.

Run with:  python studies/solver_crosscheck/check.py [FOLDER] [TRIANGLES]
"""

import sys
from pathlib import Path

from PIL import Image

from anosim.study.crosschecks import Check, crosscheck
from anosim.synthetic import region_of_interest

CASE = """\
[image]
file = "roi.png"
voxel = "20 nm"
phases = {{ pore = 0, particle = 1, sei = 2 }}

[mesh]
elements = {triangles}

[materials]
sei = {{ diffusivity = "1e-13 m^2/s" }}
particle = {{ diffusivity = "1e-14 m^2/s", capacity = 5.0 }}

[[conditions]]
on = ["pore", "sei"]
type = "mass transfer"
coefficient = "1e-5 m/s"
bulk = "1 mol/L"

[[conditions]]
on = ["pore", "particle"]
type = "mass transfer"
coefficient = "1e-6 m/s"
bulk = "1 mol/L"

[[conditions]]
on = ["particle", "sei"]
type = "interface transfer"
coefficient = "1e-7 m/s"
partition = 2.0

[solve]
order = 2
until = "100 s"
tolerance = 1e-9

[output]
times = ["2 s", "10 s", "100 s"]
"""


def check(folder: Path, triangles: int) -> tuple[Check, ...]:
    """The solvers on a synthetic region of 5 x 8 um, two phases of it conducting."""
    folder.mkdir(parents=True, exist_ok=True)
    Image.fromarray(region_of_interest().microstructure.labels).save(folder / "roi.png")
    (folder / "case.toml").write_text(CASE.format(triangles=triangles))
    return crosscheck(folder / "case.toml")


def main() -> None:
    """Print the table."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "solver-crosscheck")
    triangles = int(sys.argv[2]) if len(sys.argv) > 2 else 60_000
    print(f"{'solver':12}{'unknowns':>10}{'seconds':>10}{'difference':>12}{'imbalance':>12}")
    for row in check(folder, triangles):
        print(
            f"{row.solver:12}{row.unknowns:10}{row.seconds:10.1f}{row.difference:12.1e}"
            f"{row.imbalance:12.1e}  {row.error}"
        )


if __name__ == "__main__":
    main()
