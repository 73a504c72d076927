import json

import numpy as np
import pytest

from keras import applications, backend, ops
from keras.applications import imagenet_utils
from keras.backend import dtypes
from keras.layers import Input, Lambda
from keras.models import Model
from tests.applications.cases import MODES, pixels

FORMATS = "channels_last", "channels_first"


@pytest.mark.parametrize("dtype", ["uint8", "float32", "float64"])
@pytest.mark.parametrize("data_format", FORMATS)
@pytest.mark.parametrize("mode", MODES)
def test_images_are_prepared_as_the_original_does(mode, data_format, dtype, outputs):
    x = pixels(data_format, dtype)
    y = imagenet_utils.preprocess_input(x, data_format=data_format, mode=mode)
    key = f"{mode} {data_format} {dtype}"
    assert y.dtype == outputs[key].dtype
    np.testing.assert_allclose(y, outputs[key], rtol=1e-5, atol=1e-5)
    # What was floats is changed in place, and the result is a view of it.
    np.testing.assert_allclose(x, outputs[f"{key} after"], rtol=1e-5, atol=1e-5)
    assert np.shares_memory(x, y) == (dtype != "uint8")


@pytest.mark.parametrize("data_format", FORMATS)
@pytest.mark.parametrize("mode", MODES)
def test_tensors_are_prepared_like_arrays(mode, data_format, outputs):
    x = pixels(data_format, "float32")
    expected = outputs[f"{mode} {data_format} float32"]

    def prepare(tensor):
        return imagenet_utils.preprocess_input(tensor, data_format, mode)

    np.testing.assert_allclose(prepare(ops.convert_to_tensor(x)), expected, rtol=1e-4, atol=1e-4)
    symbolic = Input(batch_shape=x.shape)
    found = backend.function([symbolic], [prepare(symbolic)])([x])[0]
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)
    within = Model(symbolic, Lambda(prepare)(symbolic))
    np.testing.assert_allclose(within.predict(x), expected, rtol=1e-4, atol=1e-4)


def test_whole_numbers_become_floats():
    x = ops.convert_to_tensor(pixels("channels_last", "uint8"))
    assert dtypes.of(imagenet_utils.preprocess_input(x, mode="tf")) == "float32"


def test_one_image_is_enough():
    x = np.full((3, 2, 2), 255.0)
    y = imagenet_utils.preprocess_input(x, "channels_first", "torch")
    assert y.shape == (3, 2, 2)
    np.testing.assert_allclose(
        y[:, 0, 0], (1 - np.array([0.485, 0.456, 0.406])) / [0.229, 0.224, 0.225]
    )


@pytest.mark.parametrize(
    ("module", "mode"),
    [
        *[(name, "caffe") for name in ("resnet", "resnet50", "vgg16", "vgg19")],
        *[(name, "torch") for name in ("densenet", "resnext")],
        *[(name, "tf") for name in ("inception_resnet_v2", "inception_v3", "mobilenet")],
        *[(name, "tf") for name in ("mobilenet_v2", "nasnet", "resnet_v2", "xception")],
    ],
)
def test_each_network_has_its_way(module, mode, outputs):
    x = pixels("channels_first", "float32")
    y = getattr(applications, module).preprocess_input(x, data_format="channels_first")
    np.testing.assert_allclose(y, outputs[f"{mode} channels_first float32"], rtol=1e-5, atol=1e-5)


def test_mistakes_are_explained():
    prepare = imagenet_utils.preprocess_input
    with pytest.raises(ValueError, match=r"mode should be one of .* got 'keras'"):
        prepare(np.zeros((1, 2, 2, 3)), mode="keras")
    with pytest.raises(ValueError, match="data_format"):
        prepare(np.zeros((1, 2, 2, 3)), data_format="channels_middle")
    with pytest.raises(ValueError, match=r"shape \(1, 3, 4, 4\) with the channels on axis -1"):
        prepare(np.zeros((1, 3, 4, 4)))
    with pytest.raises(ValueError, match=r"images of 3 channels, .* \(2, 3\)"):
        prepare(np.zeros((2, 3)))
    with pytest.raises(TypeError, match="size"):
        prepare(np.zeros((1, 2, 2, 3)), size=2)
    assert prepare(np.full((1, 2, 2, 1), 255.0), mode="tf").max() == 1


# ------------------------------------------------------------------ classes
@pytest.fixture
def classes(tmp_path, monkeypatch):
    """A list of classes in place of the published one."""
    path = tmp_path / "classes.json"
    path.write_text(json.dumps({str(i): [f"n{i:08}", f"thing_{i}"] for i in range(1000)}))
    monkeypatch.setattr(imagenet_utils, "get_file", lambda *args, **kwargs: str(path))


def test_the_likeliest_classes_are_named(classes):
    scores = np.zeros((2, 1000))
    scores[0, [7, 300, 999]] = 0.5, 0.3, 0.2
    scores[1, 0] = 1
    first, second = applications.vgg16.decode_predictions(scores, top=3)
    assert first == [
        ("n00000007", "thing_7", 0.5),
        ("n00000300", "thing_300", 0.3),
        ("n00000999", "thing_999", 0.2),
    ]
    assert second[0] == ("n00000000", "thing_0", 1.0)
    assert [len(each) for each in imagenet_utils.decode_predictions(scores)] == [5, 5]


@pytest.mark.parametrize("shape", [(1000,), (1, 10), (1, 1, 1000)])
def test_other_predictions_cannot_be_named(shape):
    with pytest.raises(ValueError, match=r"shape \(images, 1000\), got"):
        imagenet_utils.decode_predictions(np.zeros(shape))


def test_the_list_of_classes_is_fetched(home):
    with pytest.raises(ConnectionError) as error:
        imagenet_utils.decode_predictions(np.zeros((1, 1000)))
    text = str(error.value)
    assert (
        "https://storage.googleapis.com/download.tensorflow.org/data/imagenet_class_index.json"
        in text
    )
    assert str(home / "models") in text
