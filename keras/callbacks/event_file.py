"""Event files, as TensorBoard reads them: scalars, histograms, images, a model's graph, embeddings."""

import io
import os
import time

import numpy as np
from PIL import Image

_BINS = 30
_IMAGES = 3


class EventFile:
    """A new event file in a folder, to be read by TensorBoard.

    Args:
        log_dir: the folder, made if need be.

    Raises:
        ImportError: if the package `tensorboard` is not installed.
    """

    def __init__(self, log_dir):
        try:
            from tensorboard.compat.proto import event_pb2, graph_pb2, summary_pb2
            from tensorboard.summary.writer.event_file_writer import EventFileWriter
        except ImportError as error:
            raise ImportError(
                "The callback TensorBoard needs the package 'tensorboard', which cannot be imported "
                f"({error}). Install it with: pip install 'keras[tensorboard]'"
            ) from error
        self._events, self._graphs, self._summaries = event_pb2, graph_pb2, summary_pb2
        self.log_dir = os.fspath(log_dir)
        self._writer = EventFileWriter(self.log_dir)

    def _write(self, step, *values):
        summary = self._summaries.Summary(value=values)
        self._writer.add_event(
            self._events.Event(wall_time=time.time(), step=int(step), summary=summary)
        )

    def scalar(self, tag, value, step):
        """Write a number under a tag."""
        self._write(step, self._summaries.Summary.Value(tag=tag, simple_value=float(value)))

    def histogram(self, tag, values, step):
        """Write how the entries of an array are distributed; those that are not finite do not count."""
        values = np.asarray(values, "float64").ravel()
        values = values[np.isfinite(values)]
        if not values.size:
            return
        counts, edges = np.histogram(values, bins=_BINS)
        histogram = self._summaries.HistogramProto(
            min=values.min(),
            max=values.max(),
            num=values.size,
            sum=values.sum(),
            sum_squares=np.square(values).sum(),
            bucket_limit=edges[1:],
            bucket=counts,
        )
        self._write(step, self._summaries.Summary.Value(tag=tag, histo=histogram))

    def images(self, tag, images, step):
        """Write the first few of some images (count, height, width, channels), scaled to the full range of grey."""
        values = []
        for index, image in enumerate(images[:_IMAGES]):
            height, width, channels = image.shape
            picture = self._summaries.Summary.Image(
                height=height,
                width=width,
                colorspace=channels,
                encoded_image_string=_png(image),
            )
            values.append(self._summaries.Summary.Value(tag=f"{tag}/image/{index}", image=picture))
        self._write(step, *values)

    def graph(self, nodes):
        """Write a graph: a list of (name, operation, names of the inputs)."""
        definition = self._graphs.GraphDef()
        for name, operation, inputs in nodes:
            definition.node.add(name=name, op=operation, input=inputs)
        event = self._events.Event(wall_time=time.time(), graph_def=definition.SerializeToString())
        self._writer.add_event(event)

    def embeddings(self, rows):
        """Write which files hold embeddings: a list of (tensor's name, its file, the metadata's file or None)."""
        from google.protobuf import text_format
        from tensorboard.plugins.projector.projector_config_pb2 import ProjectorConfig

        config = ProjectorConfig()
        for name, path, metadata in rows:
            config.embeddings.add(tensor_name=name, tensor_path=path, metadata_path=metadata)
        path = os.path.join(self.log_dir, "projector_config.pbtxt")
        with open(path, "w", encoding="utf8") as file:
            file.write(text_format.MessageToString(config))

    def flush(self):
        """Let readers see what was written."""
        self._writer.flush()

    def close(self):
        """Write the rest, and end the file."""
        self._writer.close()


def _png(image):
    """Return an image (height, width, channels) of any numbers as a PNG file's bytes."""
    low, high = np.min(image), np.max(image)
    grey = ((image - low) / (high - low if high > low else 1) * 255).astype("uint8")
    file = io.BytesIO()
    Image.fromarray(grey[..., 0] if grey.shape[-1] == 1 else grey).save(file, "PNG")
    return file.getvalue()


def weight_images(weight):
    """Return a weight as images (count, height, width, channels), or None where it makes none.

    Vectors are one column, matrices one image (lying, if higher than wide), kernels one image for each filter.

    Examples:
        >>> weight_images(np.zeros((5, 3))).shape, weight_images(np.zeros((3, 3, 1, 8))).shape
        ((1, 3, 5, 1), (8, 3, 3, 1))
    """
    weight = np.squeeze(weight)
    if weight.ndim == 1:
        return weight.reshape(1, -1, 1, 1)
    if weight.ndim == 2:
        weight = weight.T if weight.shape[0] > weight.shape[1] else weight
        return weight[None, :, :, None]
    if weight.ndim == 3:
        return np.moveaxis(weight, -1, 0)[..., None]
    if weight.ndim == 4 and weight.shape[2] in (3, 4):
        return np.moveaxis(weight, -1, 0)
    return None
