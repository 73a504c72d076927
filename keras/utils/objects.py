"""Objects as names and configs, by the classic functions."""

from keras import registry


def serialize_keras_object(instance):
    """Return the name of a function, or the `{"class_name", "config"}` dict of an object; None for None.

    Raises:
        ValueError: if it has neither a name nor a config.

    Examples:
        >>> serialize_keras_object(len)
        'len'
    """
    return registry.serialize(instance)


def deserialize_keras_object(
    identifier, module_objects=None, custom_objects=None, printable_module_name="object"
):
    """Return the object that a name or a `{"class_name", "config"}` dict stands for.

    Args:
        identifier: the name or dict.
        module_objects: `{name: class or function}` to look in, after the user's own.
        custom_objects: more of the user's own.
        printable_module_name: what kind of object it is, for messages.

    Raises:
        ValueError: if the name is unknown.

    Examples:
        >>> deserialize_keras_object("length", {"length": len})
        <built-in function len>
    """
    return registry.deserialize(
        identifier, module_objects or {}, printable_module_name, custom_objects
    )
