"""Single transformations, against SciPy and values worked by hand."""

import numpy as np
import pytest
import scipy

from keras.preprocessing import image
from keras.preprocessing.image.affine import FILL_MODES, _resample


def random_image(rows=13, cols=17, channels=3):
    return np.random.RandomState(1).uniform(0, 255, (rows, cols, channels)).astype("float32")


@pytest.mark.parametrize("fill_mode", FILL_MODES)
@pytest.mark.parametrize("linear", ["mixed", "by axes", "shift"])
@pytest.mark.parametrize("shape", [(13, 17), (1, 5), (5, 1), (2, 2)])
def test_resampling_as_scipy(fill_mode, linear, shape):
    state = np.random.RandomState(2)
    matrix = {
        "mixed": state.uniform(-1.5, 1.5, (2, 2)),
        "by axes": np.diag(state.uniform(-1.5, 1.5, 2)),
        "shift": np.eye(2),
    }[linear]
    picture, offset = random_image(*shape), state.uniform(-40, 40, 2)
    found = _resample(picture, matrix, offset, fill_mode, 3.0, 1)
    for channel in range(3):
        expected = scipy.ndimage.affine_transform(
            picture[..., channel], matrix, offset, order=1, mode=fill_mode, cval=3.0
        )
        np.testing.assert_allclose(found[..., channel], expected, atol=2e-3)


def test_no_change_returns_the_image_itself():
    picture = random_image()
    assert image.apply_affine_transform(picture) is picture


def test_an_unknown_fill_mode():
    with pytest.raises(ValueError, match="fill_mode should be one of"):
        image.apply_affine_transform(random_image(), theta=1, fill_mode="mirror")


@pytest.mark.parametrize(
    ("function", "arguments", "amounts"),
    [
        (image.random_rotation, (30,), lambda u: {"theta": u(-30, 30)}),
        (image.random_shear, (12,), lambda u: {"shear": u(-12, 12)}),
        (
            image.random_shift,
            (0.2, 0.1),
            lambda u: {"tx": u(-0.1, 0.1) * 13, "ty": u(-0.2, 0.2) * 17},
        ),
        (image.random_zoom, ((0.5, 2),), lambda u: dict(zip(("zx", "zy"), u(0.5, 2, 2)))),
    ],
)
def test_random_transforms_draw_their_amount_from_numpy(function, arguments, amounts):
    picture = random_image()
    np.random.seed(3)
    found = function(picture, *arguments, row_axis=0, col_axis=1, channel_axis=2)
    np.random.seed(3)
    expected = image.apply_affine_transform(picture, **amounts(np.random.uniform))
    np.testing.assert_array_equal(found, expected)
    assert not np.array_equal(found, picture)


def test_zoom_by_nothing():
    picture = random_image()
    assert image.random_zoom(picture, (1, 1), 0, 1, 2) is picture


@pytest.mark.parametrize("function", [image.random_zoom, image.random_brightness])
def test_a_range_is_a_pair(function):
    with pytest.raises(ValueError, match="should be a pair of factors"):
        function(random_image(), (1, 2, 3))


def test_random_colors():
    picture = random_image()
    np.random.seed(5)
    intensity = np.random.uniform(-20, 20)
    factor = np.random.uniform(0.2, 0.4)
    np.random.seed(5)
    shifted = image.random_channel_shift(picture, 20, channel_axis=2)
    np.testing.assert_allclose(
        shifted, np.clip(picture + intensity, picture.min(), picture.max()), atol=1e-4
    )
    dark = image.random_brightness(picture, (0.2, 0.4))
    stretched = (picture - picture.min()) / np.ptp(picture) * 255
    np.testing.assert_allclose(dark, stretched * factor, atol=2)


def test_flips():
    picture = random_image()
    np.testing.assert_array_equal(image.flip_axis(picture, 1), picture[:, ::-1])
