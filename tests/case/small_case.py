"""A case about the small image of these tests."""

GOOD = """\
[image]
file = "roi.png"
voxel = "20 nm"
phases = { pore = 0, particle = 1, sei = 2 }

[mesh]
size = "80 nm"

[materials.sei]
diffusivity = "1e-13 m^2/s"

[[conditions]]
on = ["pore", "sei"]
type = "mass transfer"
coefficient = "1e-3 m/s"
bulk = "1 mol/L"

[solve]
order = 2
until = "1 s"

[output]
times = ["0.1 s", "1 s"]
probes = { I = ["0.4 um", "0.25 um"] }
"""
