"""What exported modules use of jax.tree_util: leaves with their paths, keys of dicts in order."""
from types import SimpleNamespace


def tree_flatten_with_path(tree):
    return list(_leaves(tree, ())), None


def _leaves(tree, path):
    if isinstance(tree, dict):
        for key in sorted(tree):
            yield from _leaves(tree[key], (*path, SimpleNamespace(key=key)))
    elif isinstance(tree, (tuple, list)):
        for i, part in enumerate(tree):
            yield from _leaves(part, (*path, SimpleNamespace(idx=i)))
    elif tree is not None:
        yield path, tree
