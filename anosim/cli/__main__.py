"""``python -m anosim.cli`` does what ``anosim`` does."""

import sys

from anosim.cli import main

sys.exit(main())
