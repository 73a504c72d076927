"""Reading and writing image files, against Pillow."""

import numpy as np
import pytest
from PIL import Image

from keras.preprocessing import image


@pytest.fixture
def photo():
    return np.random.RandomState(0).randint(0, 256, (12, 10, 3)).astype("float32")


def test_an_image_comes_back_as_it_was_saved(photo, tmp_path):
    image.save_img(tmp_path / "photo.png", photo, scale=False)
    array = image.img_to_array(image.load_img(tmp_path / "photo.png"))
    assert array.dtype == "float32"
    np.testing.assert_array_equal(array, photo)


@pytest.mark.parametrize(
    "interpolation", ["nearest", "bilinear", "bicubic", "lanczos", "box", "hamming"]
)
def test_resizing_as_pillow(photo, tmp_path, interpolation):
    image.save_img(tmp_path / "photo.png", photo)
    expected = Image.open(tmp_path / "photo.png").resize(
        (7, 5), getattr(Image.Resampling, interpolation.upper())
    )
    found = image.load_img(tmp_path / "photo.png", target_size=(5, 7), interpolation=interpolation)
    np.testing.assert_array_equal(np.asarray(found), np.asarray(expected))


@pytest.mark.parametrize(
    ("color_mode", "mode"), [("grayscale", "L"), ("rgb", "RGB"), ("rgba", "RGBA")]
)
@pytest.mark.parametrize("saved", ["L", "RGB", "RGBA", "P", "1"])
def test_color_modes(photo, tmp_path, color_mode, mode, saved):
    original = Image.fromarray(photo.astype("uint8")).convert(saved)
    original.save(tmp_path / "photo.png")
    found = image.load_img(tmp_path / "photo.png", color_mode=color_mode)
    assert found.mode == mode
    np.testing.assert_array_equal(np.asarray(found), np.asarray(original.convert(mode)))


def test_sixteen_bits_stay(tmp_path):
    values = np.arange(12, dtype="uint16").reshape(3, 4) * 5000
    Image.fromarray(values).save(tmp_path / "deep.png")
    found = image.img_to_array(image.load_img(tmp_path / "deep.png", color_mode="grayscale"))
    np.testing.assert_array_equal(found[..., 0], values)


def test_data_formats(photo):
    picture = image.array_to_img(photo, scale=False)
    first = image.img_to_array(picture, data_format="channels_first", dtype="float64")
    assert first.dtype == "float64"
    np.testing.assert_array_equal(first, photo.transpose(2, 0, 1))
    again = image.array_to_img(first, data_format="channels_first", scale=False)
    np.testing.assert_array_equal(np.asarray(again), photo)


def test_scaling_stretches_and_large_values_of_one_channel_are_kept():
    values = np.array([[10.0, 20.0], [30.0, 60.0]])[..., None]
    assert np.asarray(image.array_to_img(values)).tolist() == [[0, 51], [102, 255]]
    assert np.asarray(image.array_to_img(np.full((2, 2, 3), 0.0))).max() == 0
    deep = image.array_to_img(values * 100, scale=False)
    assert (deep.mode, np.asarray(deep).tolist()) == ("I", [[1000, 2000], [3000, 6000]])


def test_jpeg_loses_the_transparency(tmp_path):
    transparent = np.full((8, 8, 4), 200.0)
    with pytest.warns(UserWarning, match="no transparency"):
        image.save_img(tmp_path / "photo.jpg", transparent, scale=False, quality=95)
    found = image.load_img(tmp_path / "photo.jpg")
    np.testing.assert_allclose(np.asarray(found), 200, atol=2)


def test_grayscale_by_its_old_name(photo, tmp_path):
    image.save_img(tmp_path / "photo.png", photo)
    with pytest.warns(UserWarning, match="color_mode='grayscale'"):
        assert image.load_img(tmp_path / "photo.png", grayscale=True).mode == "L"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda path: image.load_img(path, color_mode="hsv"), "color_mode should be one of"),
        (lambda path: image.load_img(path, interpolation="area"), "interpolation should be one of"),
        (lambda path: image.array_to_img(np.zeros((2, 2))), "should have three axes"),
        (lambda path: image.array_to_img(np.zeros((2, 2, 5))), "1, 3 or 4 channels, got 5"),
        (lambda path: image.img_to_array(np.zeros((1, 2, 2, 3))), "should be one image"),
    ],
)
def test_mistakes(call, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        call(tmp_path / "photo.png")


def test_list_pictures(photo, tmp_path):
    (tmp_path / "within").mkdir()
    for name in ("a.png", "b.JPG", "within/c.bmp"):
        image.save_img(tmp_path / name, photo)
    (tmp_path / "note.txt").write_text("no picture")
    names = [path[len(str(tmp_path)) + 1 :] for path in image.list_pictures(tmp_path)]
    assert sorted(names) == ["a.png", "b.JPG", "within/c.bmp"]
    assert image.list_pictures(tmp_path, ext="bmp|gif") == [str(tmp_path / "within" / "c.bmp")]
