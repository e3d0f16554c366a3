"""The tests' images are small: compiled loops run on one core."""

import os

os.environ.setdefault("NUMBA_NUM_THREADS", "1")
