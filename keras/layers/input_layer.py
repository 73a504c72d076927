"""Where a graph begins: Input and InputLayer."""

from keras import config, ops
from keras.backend import dtypes, graph, naming
from keras.layers.base import Layer


class InputLayer(Layer):
    """The start of a graph: a layer without weights whose output is fed.

    Args:
        input_shape: the shape of one sample.
        batch_size: the batch's size, or None.
        batch_input_shape: both at once.
        dtype: of the values fed, `floatx` by default.
        input_tensor: a symbolic tensor to use in place of a new one; or a Variable or array, which need not be fed.
        sparse: whether sparse matrices of SciPy are fed, which become dense a batch at a time.
        name: unique within a model.
    """

    def __init__(
        self,
        input_shape=None,
        batch_size=None,
        batch_input_shape=None,
        dtype=None,
        input_tensor=None,
        sparse=False,
        name=None,
    ):
        if dtype == "string":
            raise ValueError(
                f"Input {name!r} takes text (dtype 'string'), which no backend computes with. Call the text's "
                "layer (TextVectorization, StringLookup) on the data, and let the model begin with the integers."
            )
        super().__init__(name=name or f"input_{naming.uid('input')}", dtype=dtype)
        if input_tensor is not None and not isinstance(input_tensor, graph.Tensor):
            input_tensor = graph.record(ops.convert_to_tensor, (input_tensor,), {})
        if batch_input_shape is None and input_tensor is not None:
            batch_input_shape = input_tensor.shape
        if batch_input_shape is None:
            if input_shape is None:
                raise ValueError(
                    f"Input {self.name!r} needs a shape: give input_shape or batch_input_shape."
                )
            batch_input_shape = (batch_size, *input_shape)
        self.batch_input_shape = tuple(batch_input_shape)
        self.dtype = dtypes.standardize(dtype or config.floatx())
        self.sparse = bool(sparse)
        self.built = True
        tensor = input_tensor
        if tensor is None:
            tensor = graph.placeholder(self.batch_input_shape, self.dtype, self.name)
            tensor.is_sparse = self.sparse
        self.is_placeholder = tensor.node is None
        tensor.input_layer = self
        node = graph.Node(self, (tensor,), {})
        node.outputs = tensor
        self._nodes.append(node)

    def get_config(self):
        """Return the constructor's arguments as a dict."""
        return {
            "batch_input_shape": self.batch_input_shape,
            "dtype": self.dtype,
            "sparse": self.sparse,
            "name": self.name,
        }


def Input(
    shape=None, batch_shape=None, name=None, dtype=None, sparse=False, tensor=None, batch_size=None
):
    """Return a symbolic tensor for a model's input.

    Args:
        shape: the shape of one sample, a tuple with None for sizes that may vary.
        batch_shape: the same with the batch's size, or None, in front.
        name: unique within a model.
        dtype: of the values fed, `floatx` by default.
        sparse: whether sparse matrices of SciPy are fed, which become dense a batch at a time.
        tensor: a symbolic tensor to use in place of a new one; or a Variable or array, which need not be fed.
        batch_size: the batch's size, together with `shape`.

    Raises:
        ValueError: if no shape is given.

    Examples:
        >>> Input(shape=(32,)).shape
        (None, 32)
    """
    if shape is None and batch_shape is None and tensor is None:
        raise ValueError(
            "Input needs `shape` (one sample's) or `batch_shape` (with the batch's size), got neither."
        )
    if isinstance(shape, int):
        shape = (shape,)
    layer = InputLayer(shape, batch_size, batch_shape, dtype, tensor, sparse, name)
    return layer.output
