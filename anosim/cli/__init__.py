"""The command ``anosim``: one module per verb."""

import argparse
import io
import logging
import os
import sys
import warnings
from collections.abc import Sequence

import anosim
from anosim.cli import (
    animate,
    compare,
    convert,
    demo,
    doctor,
    export,
    measure,
    mesh,
    report,
    run,
    segment,
    solvers,
    study,
)
from anosim.cli.stops import UNREAD, Terminated, stoppable, told
from anosim.cli.supervision import supervised
from anosim.errors import AnosimError, ConvergenceError, warning_line
from anosim.extras import missing
from anosim.formats.limits import available_memory, gigabytes

VERBS = (
    demo,
    run,
    segment,
    mesh,
    measure,
    convert,
    study,
    report,
    animate,
    export,
    compare,
    solvers,
    doctor,
)


def command() -> int:
    """Run the command line in a process whose end is told whatever ends it: the entry point."""
    return supervised(main)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Returns:
        The exit code: 0, 2 where the user can put it right, 1 where a solver did not get there.
    """
    arguments = parser().parse_args(argv)
    logging.basicConfig(level=logging.ERROR)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # what an old terminal cannot show becomes "?"
            stream.reconfigure(errors="replace")
    form, warnings.formatwarning = warnings.formatwarning, warning_line
    try:
        with stoppable():
            return _done(arguments)
    finally:
        warnings.formatwarning = form


def _done(arguments: argparse.Namespace) -> int:
    """The exit code of the verb; what goes wrong is a sentence."""
    try:
        code = int(arguments.do(arguments))
        sys.stdout.flush()
        return code
    except AnosimError as error:
        print("error:", " ".join(str(error).split()), file=sys.stderr)
        return 1 if isinstance(error, ConvergenceError) else 2
    except ModuleNotFoundError as error:  # of an extra that is not installed
        print("error:", missing(error), file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader of stdout has had enough, as in: anosim solvers | head
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UNREAD
    except (KeyboardInterrupt, Terminated) as end:
        return told(end)
    except MemoryError as error:
        why = " ".join(str(error).split()) or "an allocation failed"
        print(
            f"error: the memory does not suffice ({why}; {gigabytes(available_memory())} are "
            "free): a coarser mesh or a crop needs less",
            file=sys.stderr,
        )
        return 2
    except OSError as error:  # a full disk, a file that may not be read or written
        where = f" {str(error.filename)!r}" if error.filename else ""
        print(f"error: the system refused{where}: {error.strerror or error}", file=sys.stderr)
        return 2


def parser() -> argparse.ArgumentParser:
    """The arguments of all verbs."""
    root = argparse.ArgumentParser(
        prog="anosim",
        description="From images of battery electrodes to meshes and lithium diffusion.",
        epilog="example: anosim demo, then look into the folder demo-results",
    )
    root.add_argument("--version", action="version", version=f"anosim {anosim.__version__}")
    verbs = root.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for verb in VERBS:
        verb.add(verbs)
    return root
