"""Less noise: median, non-local means, total variation."""

import numpy as np
from numpy.typing import NDArray

from anosim.errors import InputError
from anosim.image import Image
from anosim.prepare.slices import Floats, each_slice


def median(image: Image, radius: int = 1) -> Image:
    """Every voxel becomes the median of the square of ``2 radius + 1`` pixels around it.

    Raises:
        InputError: a radius below 1.
    """
    from scipy.ndimage import median_filter

    if radius < 1:
        raise InputError(f"radius is {radius}: it must be at least 1 pixel")
    return each_slice(image, "median", lambda plane: median_filter(plane, 2 * radius + 1))


def non_local_means(image: Image, strength: float = 0.8) -> Image:
    """Every pixel becomes the mean of pixels with similar surroundings (Buades et al. 2005).

    Args:
        image: the image.
        strength: of the smoothing, in standard deviations of the noise.

    Raises:
        InputError: a strength that is not above 0.
    """
    _check(strength)

    return each_slice(image, "non-local means", lambda plane: denoised(plane, strength))


def total_variation(image: Image, strength: float = 1.5) -> Image:
    """The image of least total variation near the given one (Chambolle 2004).

    Args:
        image: the image.
        strength: weight of the smoothing, in standard deviations of the noise.

    Raises:
        InputError: a strength that is not above 0.
    """
    _check(strength)

    def change(plane: Floats) -> NDArray[np.float32]:
        from skimage.restoration import denoise_tv_chambolle

        noise = noise_level(plane)
        if noise == 0.0:
            return plane
        scale = float(np.ptp(plane))
        smooth = denoise_tv_chambolle(plane / scale, weight=strength * noise / scale)
        return np.asarray(smooth * scale, dtype=np.float32)

    return each_slice(image, "total variation", change)


def denoised(plane: Floats, strength: float) -> Floats:
    """One slice by non-local means: see ``non_local_means``."""
    from skimage.restoration import denoise_nl_means

    noise = noise_level(plane)
    if noise == 0.0:
        return plane
    smooth = denoise_nl_means(
        plane, patch_size=5, patch_distance=6, h=strength * noise, sigma=noise
    )
    return np.asarray(smooth, dtype=np.float32)


def noise_level(plane: NDArray[np.floating]) -> float:
    """Standard deviation of white noise in an image, in its grey values.

    From the median of a second difference along both axes, in which smooth structure cancels
    (after Immerkaer, Comput. Vis. Image Underst. 64 (1996) 300); edges do not disturb a median.
    """
    second = plane[:-2] - 2.0 * plane[1:-1] + plane[2:]
    mixed = second[:, :-2] - 2.0 * second[:, 1:-1] + second[:, 2:]
    return float(np.median(np.abs(mixed)) / 0.6745 / 6.0) if mixed.size else 0.0


def _check(strength: float) -> None:
    if not strength > 0.0:
        raise InputError(f"strength is {strength!r}: it must be greater than 0")
