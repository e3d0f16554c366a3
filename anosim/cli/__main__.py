"""``python -m anosim.cli`` does what ``anosim`` does."""

import sys

from anosim.cli import command

sys.exit(command())
