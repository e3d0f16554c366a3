"""Published and exact numbers against every installed solver: target, value, error.

Run with:  python studies/verification/verify.py
"""

from agreement import FEATURES, difference_and_imbalance
from cases import CASES
from orders import space_orders, time_orders
from space_cases import CASES_IN_SPACE

from anosim import plugins
from anosim.errors import MissingDependencyError

LINE = "{:28} {:18} {:8} {:3} {:>13} {:>13} {:>9}"


def installed() -> list[str]:
    """The solvers that can be used here."""
    found = []
    for name in plugins.names():
        try:
            plugins.solver(name)
            found.append(name)
        except MissingDependencyError as error:
            print(f"left out: {error}")
    return found


def main() -> None:
    """Print the tables."""
    solvers = installed()
    print(LINE.format("case", "quantity", "solver", "", "target", "value", "error"))
    for case in (*CASES, *CASES_IN_SPACE):
        for name in solvers:
            for order in (1, 2):
                for row in case(name, order):
                    target, value = f"{row.target:.9g}", f"{row.value:.9g}"
                    error = f"{row.error:.1e}"
                    print(
                        LINE.format(
                            row.case, row.quantity, name, f"P{order}", target, value, error
                        ),
                        flush=True,
                    )
    print("\nobserved orders in space (L2, H1; expected P1: 2, 1; P2: 3, 2)")
    for name in solvers:
        for order in (1, 2):
            for dimension in (2, 3):
                l2, h1 = space_orders(name, order, dimension)
                print(f"{name:8} {dimension}D P{order}  L2 {l2:.2f}  H1 {h1:.2f}")
    print("\nobserved orders in time (expected: euler 1, esdirk 5)")
    for name in solvers:
        for method, found in time_orders(name).items():
            print(f"{name:8} {method:8} {found:.2f}")
    if {"skfem", "fenicsx"} <= set(solvers):
        print("\nlargest relative difference of the two solvers, and mass balance")
        for feature in FEATURES:
            for order in (1, 2):
                difference, imbalance = difference_and_imbalance(feature, order)
                print(f"{feature:42} P{order}  {difference:.1e}  {imbalance:.1e}", flush=True)


if __name__ == "__main__":
    main()
