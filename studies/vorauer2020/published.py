"""What the reference states. Nothing here is measured by us.

Source: T. Vorauer et al., Communications Chemistry 3 (2020) 141, doi:10.1038/s42004-020-00386-x
(CC BY 4.0). Its Supplementary Notes were not available.
"""

POROSITY = {"mean": 0.3754, "least": 0.2836, "most": 0.4465}
"""Pore fraction of the slices of the pristine anode: Fig. 4e and its text."""
SIZE = {0: 0.90e-6, 100: 0.33e-6}
"""Mean extension of the particles, m: text on Fig. 4b, c."""
LARGEST = 6.4e-6
"""Greatest extension when pristine, m: text on Fig. 4b."""
COUNT = 10.0
"""Particles per area after 100 cycles over the greatest pristine number, "about": Fig. 4d."""
PORES = {3: -0.372, 100: -0.588, 300: -0.765}
"""Change of the pores' volume: text on Fig. 5b."""
INTERMEDIATE = {3: 0.218, 100: 0.333, 300: 0.382}
"""Change of the intermediate domain's volume: text on Fig. 5a."""
DEPTH = 24e-6
"""Depth at which channels are counted, m: text on Fig. 6b."""
CHANNELS = {0: 600, 300: 9}
"""More than, and at most ("single digits"), at that depth: text on Fig. 6b."""
SURFACE = {3: 0.60}
"""Surface of the pores over the pristine one, "a drop of about 40 %": text on Fig. 6c."""
PROXIMITY = {0: (3.62e-6, 12.73e-6), 300: (5.37e-6, 17.53e-6)}
"""Mean and greatest distance from the pores to the particles, m: Fig. 7."""

DIFFUSIVITY = 3.01e-10
"""m^2/s: Methods, Simulation."""
FRACTION = 0.63985
"""Area fraction of the SEI, carbon and binder: text on Fig. 8."""
BULK = 1000.0
"""mol/m^3 (1 M): Methods, Simulation."""
TRANSFER = 1e-3
"""Mass-transfer coefficient, m/s: Methods, Simulation."""
TRIANGLES = 430_000
"""Quadratic elements: text on Fig. 8 and Supplementary Fig. 6."""
TIMES = (0.0, 2.0, 10.0, 100.0)
"""Of the maps, s: Fig. 8a."""
NEAR_90 = 10.0
"""Area I is at 90 % in less than this, s: text on Fig. 8b."""
END = 100.0
"""Until when the reference solves, s; area IV is still low then: text on Fig. 8a."""
