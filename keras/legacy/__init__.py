"""What older versions of the API called otherwise: a table of module paths and one of argument names."""

from keras.legacy import aliases, arguments

aliases.install()
arguments.install()
