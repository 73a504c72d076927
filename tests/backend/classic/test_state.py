"""K's state: functions with updates, training by hand, names, settings, printing."""

import numpy as np
import pytest
import scipy.sparse

from keras import backend as K
from keras.layers import Dense, Input
from keras.models import Model


def test_an_optimizer_of_ones_own():
    x, y = K.placeholder((None, 3)), K.placeholder((None, 1))
    w, speed = K.variable(np.zeros((3, 1))), K.zeros((3, 1))
    loss = K.mean(K.square(K.dot(x, w) - y))
    (slope,) = K.gradients(loss, [w])
    change = 0.9 * speed - 0.1 * slope
    step = K.function([x, y], [loss], updates=[K.update(speed, change), K.update_add(w, change)])
    data = np.random.normal(size=(16, 3))
    targets = data @ [[1.0], [-2.0], [0.5]]
    losses = [step([data, targets])[0] for _ in range(60)]
    assert losses[-1] < 1e-2 * losses[0]

    own, momentum = np.zeros((3, 1)), 0
    for _ in range(60):
        momentum = 0.9 * momentum - 0.1 * 2 / 16 * data.T @ (data @ own - targets)
        own = own + momentum
    np.testing.assert_allclose(K.get_value(w), own, atol=1e-4)


def test_updates_may_be_nested_lists():
    v = K.variable(1.0)
    K.function([], [], updates=[[K.update_add(v, 2.0)], []])([])
    assert K.get_value(v) == 3


def test_values_without_axes_are_scalars_of_numpy():
    x, v = K.placeholder((None, 3)), K.variable(2.0)
    values = [K.sum(x), K.cast(K.sum(x), "int32"), v * 2]
    found = K.function([x], values)([np.ones((2, 3))]) + [K.eval(v), K.eval(v + 1), K.get_value(v)]
    kinds = [np.float32, np.int32, np.float32, np.float32, np.float32, np.float32]
    assert [type(value) for value in found] == kinds
    assert [float(value) for value in found] == [6, 6, 4, 2, 3, 2]


def test_a_shape_as_an_output():
    x = K.placeholder((None, 3))
    shape, total = K.function([x], [K.shape(x), K.prod(K.shape(x))])([np.ones((2, 3))])
    assert (shape.tolist(), int(total)) == ([2, 3], 6)


def test_saliency_of_a_pretrained_model():
    inputs = Input((4,))
    hidden = Dense(3, activation="tanh", name="hidden")(inputs)
    model = Model(inputs, Dense(2, activation="softmax")(hidden))
    score = model.output[:, 1]
    by_input, by_hidden = K.gradients(score, [model.input, model.get_layer("hidden").output])
    data = np.random.normal(size=(5, 4))
    outputs = K.function([model.input, K.learning_phase()], [by_input, by_hidden])([data, 0])
    (w1, b1), (w2, b2) = [layer.get_weights() for layer in model.layers[1:]]
    h = np.tanh(data @ w1 + b1)
    e = np.exp(h @ w2 + b2)
    p = e / e.sum(1, keepdims=True)
    by_h = p[:, 1:] * (w2[:, 1] - p @ w2.T)
    np.testing.assert_allclose(outputs[1], by_h, atol=1e-5)
    np.testing.assert_allclose(outputs[0], (by_h * (1 - h**2)) @ w1.T, atol=1e-5)


def test_style_transfer_feeds_a_model_a_computed_tensor():
    content = K.variable(np.ones((1, 4)))
    image = K.placeholder((1, 4))
    tensor = K.concatenate([content, image], axis=0)
    inputs = Input(tensor=tensor)
    layer = Dense(3, use_bias=False)
    model = Model(inputs, layer(inputs))
    features = model.get_layer(index=-1).output
    loss = K.sum(K.square(features[1] - features[0]))
    (slope,) = K.gradients(loss, image)
    x = np.random.normal(size=(1, 4))
    value, found = K.function([image], [loss, slope])([x])
    w = layer.get_weights()[0]
    difference = (x - 1) @ w
    np.testing.assert_allclose(value, np.sum(difference**2), rtol=1e-5)
    np.testing.assert_allclose(found, 2 * difference @ w.T, rtol=1e-4, atol=1e-5)


def test_sparse_data_becomes_dense_where_it_is_fed():
    x = K.placeholder((None, 3), sparse=True)
    assert K.is_sparse(x)
    assert not K.is_sparse(K.placeholder((None, 3)))
    matrix = scipy.sparse.csr_matrix([[0.0, 2.0, 0.0], [1.0, 0.0, 0.0]])
    assert K.is_sparse(matrix)
    (found,) = K.function([x], [K.to_dense(x) * 2])([matrix])
    assert found.tolist() == (2 * matrix.toarray()).tolist()
    assert K.eval(K.to_dense(matrix)).tolist() == matrix.toarray().tolist()
    assert K.get_value(K.variable(matrix)).tolist() == matrix.toarray().tolist()


def test_print_tensor_prints_whenever_it_is_computed(capsys):
    x = K.placeholder((None,))
    run = K.function([x], [K.print_tensor(x, "x is ") + 1])
    assert capsys.readouterr().out == ""
    for values in ([1.0, 2.0], [3.0]):
        run([values])
    assert capsys.readouterr().out == "x is [1. 2.]\nx is [3.]\n"


def test_ctc_decode_of_arrays_is_as_wide_as_the_longest_path():
    p = np.eye(3)[[[0, 2, 0, 1], [2, 1, 1, 2]]]
    paths, _ = K.ctc_decode(p, [4, 4])
    assert K.eval(paths[0]).tolist() == [[0, 0, 1], [1, -1, -1]]
    x, lengths = K.placeholder((None, 4, 3)), K.placeholder((None,), dtype="int32")
    (wide,) = K.function([x, lengths], [K.ctc_decode(x, lengths)[0][0]])([p, [4, 4]])
    assert wide.tolist() == [[0, 0, 1, -1], [1, -1, -1, -1]]
    labels = K.ctc_label_dense_to_sparse([[1, 2, 0], [2, 2, 1]], [2, 3])
    assert K.eval(labels).tolist() == [[1, 2, -1], [2, 2, 1]]


def test_the_beam_search_keeps_repeated_labels():
    # Keras 2.2.4 merged the two.
    p = np.array([[[0.98, 0.01, 0.01], [0.01, 0.01, 0.98], [0.98, 0.01, 0.01]]])
    assert K.eval(K.ctc_decode(p, [3], greedy=False)[0][0]).tolist() == [[0, 0]]


def test_branches_and_loops_in_a_graph_see_what_is_around_them():
    x, n = K.placeholder((None, 2)), K.placeholder(())
    v = K.variable(3.0)
    total = K.foldl(lambda a, row: a + row * v * n, x)
    chosen = K.switch(n > 1, lambda: total * 10, lambda: total)
    run = K.function([x, n], [chosen])
    data = np.array([[1.0, 2.0], [3.0, 4.0]])
    expected = data[0] + data[1] * 3 * 2
    np.testing.assert_allclose(run([data, 2.0])[0], expected * 10)
    np.testing.assert_allclose(run([data, 1.0])[0], data[0] + data[1] * 3)
    K.set_value(v, 0.0)
    np.testing.assert_allclose(run([data, 1.0])[0], data[0])
    (slope,) = K.gradients(chosen, [n])
    K.set_value(v, 3.0)
    np.testing.assert_allclose(K.function([x, n], [slope])([data, 1.0])[0], data[1].sum() * 3)


def test_names():
    with K.name_scope("outer"):
        assert K.variable(1.0, name="v").name == "outer/v"
        with K.name_scope(None, default_name="inner"):
            assert K.zeros((2,), name="z").name == "outer/inner/z"
    assert K.variable(1.0, name="v").name == "v"
    assert K.get_uid("a name of mine") == 1
    assert K.get_uid("a name of mine") == 2
    K.reset_uids()
    assert K.get_uid("a name of mine") == 1


def test_settings_under_their_oldest_names():
    before = K.image_data_format(), K.epsilon()
    try:
        K.set_image_dim_ordering("th")
        assert K.image_data_format() == "channels_first"
        assert K.image_dim_ordering() == "th"
        with pytest.raises(ValueError, match="'tf' or 'th', got 'last'"):
            K.set_image_dim_ordering("last")
        K.set_epsilon(1e-3)
        assert K.epsilon() == 1e-3
    finally:
        K.set_image_data_format(before[0])
        K.set_epsilon(before[1])
    assert K.image_dim_ordering() == "tf"
    K.manual_variable_initialization(True)


def test_makers():
    v = K.random_normal_variable((2000,), 1.0, 2.0, seed=1)
    assert abs(np.mean(K.get_value(v)) - 1) < 0.2
    np.testing.assert_array_equal(
        K.get_value(v), K.get_value(K.random_normal_variable((2000,), 1.0, 2.0, seed=1))
    )
    u = K.get_value(K.random_uniform_variable((2000,), 2.0, 3.0))
    assert u.min() >= 2
    assert u.max() < 3
    b = K.eval(K.random_binomial((2000,), 0.25))
    assert set(np.unique(b)) == {0, 1}
    assert abs(b.mean() - 0.25) < 0.05
    assert K.cast_to_floatx([1, 2]).dtype == "float32"
    assert K.eval(K.constant([1, 2], shape=(2, 2))).tolist() == [[1, 2], [2, 2]]
    x = K.placeholder((None, 3))
    assert K.function([x], [K.zeros((K.shape(x)[0], 2))])([np.ones((4, 3))])[0].shape == (4, 2)
    assert K.eval(K.eye(2)).tolist() == [[1, 0], [0, 1]]
    assert K.get_variable_shape(K.zeros((2, 3))) == (2, 3)


def test_mistakes_are_named():
    with pytest.raises(ValueError, match="cannot sum over the batch"):
        K.batch_dot(np.ones((2, 3)), np.ones((2, 3)), axes=0)
    with pytest.raises(ValueError, match="at least two axes, got 1"):
        K.batch_dot(np.ones(2), np.ones((2, 3)))
    with pytest.raises(ValueError, match="pool_mode should be 'max' or 'avg', got 'sum'"):
        K.pool2d(np.ones((1, 2, 2, 1)), (2, 2), pool_mode="sum")
    with pytest.raises(ValueError, match="1 or 3 axes"):
        K.bias_add(np.ones((1, 2, 2, 1)), np.ones((2, 2)))
    with pytest.raises(ValueError, match="as many starts and sizes"):
        K.slice(np.ones((2, 2)), (0,), (1,))
    with pytest.raises(ValueError, match="top_paths=2 should be at most beam_width=1"):
        K.ctc_decode(np.ones((1, 2, 2)), [2], False, 1, 2)
    with pytest.raises(ValueError, match=r"argument\(s\) \['givens'\]"):
        K.function([], [], givens=1)
