from . import tree_util  # noqa: F401
