"""Diagonally implicit Runge-Kutta methods."""

from dataclasses import dataclass

import numpy as np

from anosim.meshes import Floats


@dataclass(frozen=True, eq=False)
class Tableau:
    """A stiffly accurate method with one factor gamma for all implicit stages.

    Attributes:
        name: as it is reported.
        order: of the error in time.
        A: stage coefficients, lower triangular; the last row advances the solution. An explicit
            first stage, the slope at the step's start, has a zero first row.
        c: stage times, shape (n_stages,).
        error: weights of the stages' slopes in the error estimate; none for a fixed step.
        error_order: the estimate goes with this power of the step.
    """

    name: str
    order: int
    A: Floats
    c: Floats
    error: Floats | None
    error_order: int

    @property
    def gamma(self) -> float:
        """The diagonal coefficient."""
        return float(self.A[-1, -1])

    @property
    def explicit_start(self) -> bool:
        """Whether the first stage is the slope at the step's start."""
        return len(self.A) > 1


def implicit_euler() -> Tableau:
    """First order, for reference."""
    return Tableau("implicit Euler", 1, np.ones((1, 1)), np.ones(1), None, 2)


def esdirk() -> Tableau:
    """L-stable, fifth order with a fourth-order error estimate, six implicit stages.

    Source: ESDIRK5(4)7L[2]SA2 of Kennedy and Carpenter, Appl. Numer. Math. 146 (2019) 221.
    """
    gamma = 23 / 125
    below = (
        (),
        (gamma,),
        (0.0, 791020047304 / 3561426431547),
        (0.0, -158159076358 / 11257294102345, -85517644447 / 5003708988389),
        (
            0.0,
            -1653327111580 / 4048416487981,
            1514767744496 / 9099671765375,
            14283835447591 / 12247432691556,
        ),
        (
            0.0,
            -4540011970825 / 8418487046959,
            -1790937573418 / 7393406387169,
            10819093665085 / 7266595846747,
            4109463131231 / 7386972500302,
        ),
        (
            0.0,
            -188593204321 / 4778616380481,
            2809310203510 / 10304234040467,
            1021729336898 / 2364210264653,
            870612361811 / 2470410392208,
            -1307970675534 / 8059683598661,
        ),
    )
    c = np.array(
        [
            0.0,
            2 * gamma,
            7121331996143 / 11335814405378,
            49 / 353,
            3706679970760 / 5295570149437,
            347 / 382,
            1.0,
        ]
    )
    A = np.zeros((7, 7))
    for i, row in enumerate(below):
        A[i, : len(row)] = row
        A[i, i] = gamma if i else 0.0
        A[i, 0] += c[i] - A[i].sum()
    embedded = np.array(
        [
            0.0,
            -582099335757 / 7214068459310,
            615023338567 / 3362626566945,
            3192122436311 / 6174152374399,
            6156034052041 / 14430468657929,
            -1011318518279 / 9693750372484,
            1914490192573 / 13754262428401,
        ]
    )
    embedded[0] = 1.0 - embedded.sum()
    return Tableau("ESDIRK5(4)", 5, A, c, A[-1] - embedded, 5)
