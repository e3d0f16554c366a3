"""Conformance checks that any solver or mesher plugin runs in one parametrised test.

    import pytest
    from anosim import testing

    @pytest.mark.parametrize("check", testing.SOLVER_CHECKS, ids=testing.name_of)
    def test_conformance(check):
        check(MySolver())

A check raises AssertionError with the figure that is off, or returns. A solver that cannot do
what a check asks for may raise UnsupportedError, and before any work: that passes.
"""

from collections.abc import Callable

from anosim.errors import AnosimError, UnsupportedError
from anosim.plugins import Mesher, Solver
from anosim.testing.exact import crank_slab
from anosim.testing.mesher_checks import (
    check_box_is_filled,
    check_mesh_is_conforming,
    check_one_pixel_features,
    check_phases_are_kept,
)
from anosim.testing.solver_checks import (
    check_contact_resistance,
    check_diffusivity_over_concentration,
    check_first_order_reaction,
    check_flux_is_conserved,
    check_initial_field_on_periodic_sides,
    check_mass_balance,
    check_no_source_is_refused,
    check_node_order,
    check_problem_untouched,
    check_saturable_uptake,
    check_slab_with_mass_transfer,
    check_two_layers_in_series,
    check_uptake_surface,
    check_values_over_time,
)
from anosim.testing.structured import box, rectangle

__all__ = ["MESHER_CHECKS", "SOLVER_CHECKS", "box", "crank_slab", "name_of", "rectangle"]


def name_of(check: Callable[..., None]) -> str:
    """A check's name, for pytest's ``ids``."""
    return check.__name__


def _or_unsupported(check: Callable[[Solver], None]) -> Callable[[Solver], None]:
    def checked(solver: Solver) -> None:
        try:
            check(solver)
        except UnsupportedError:
            return
        except AnosimError as error:
            raise AssertionError(f"{check.__name__}: {error}") from error

    checked.__name__, checked.__doc__ = check.__name__, check.__doc__
    return checked


SOLVER_CHECKS: tuple[Callable[[Solver], None], ...] = tuple(
    _or_unsupported(check)
    for check in (
        check_slab_with_mass_transfer,
        check_two_layers_in_series,
        check_flux_is_conserved,
        check_mass_balance,
        check_node_order,
        check_contact_resistance,
        check_first_order_reaction,
        check_uptake_surface,
        check_saturable_uptake,
        check_diffusivity_over_concentration,
        check_values_over_time,
        check_initial_field_on_periodic_sides,
        check_problem_untouched,
        check_no_source_is_refused,
    )
)
"""What every solver must pass."""

MESHER_CHECKS: tuple[Callable[[Mesher], None], ...] = (
    check_box_is_filled,
    check_phases_are_kept,
    check_mesh_is_conforming,
    check_one_pixel_features,
)
"""What every mesher must pass."""
