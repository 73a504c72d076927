"""The classic names of K for mathematics, a module a family: `axis` in place of NumPy's habits, thin on `keras.ops`.

All of them take symbolic tensors, Variables, arrays and numbers alike.
"""
