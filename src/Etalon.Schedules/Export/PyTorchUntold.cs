namespace Etalon.Schedules.Export;

/// <summary>
/// What an exported module for PyTorch refuses because the order of a model's modules does not tell which weights are scale-invariant.
/// </summary>
/// <remarks>
/// Where weights are told by what follows them, a transformer cannot be: values and the first matrix of a perceptron have no
/// normalization behind them, and which epsilons follow depends on what is covered. Nor can two weights in a row before a normalization,
/// whose input then grows by P^2, what a weight that does not grow feeds, and what stands between that does not keep a scale.
/// </remarks>
internal static class PyTorchUntold
{
    /// <summary>The function that refuses.</summary>
    public const string Refusal =
        """"
        LAYERS = {"Linear"} | {f"{kind}{n}d" for kind in ("Conv", "ConvTranspose") for n in (1, 2, 3)}
        NORMALIZATIONS = {"GroupNorm", "LayerNorm", "RMSNorm", "SyncBatchNorm"} | {f"{kind}Norm{n}d" for kind in ("Batch", "Instance") for n in (1, 2, 3)}
        CONTAINERS = {"Sequential.forward", "_forward_unimplemented"}
        KEEP_SCALE = {"Identity", "ReLU", "LeakyReLU", "Flatten", "Unflatten", "PixelShuffle", "Upsample", "Dropout"} | {
            f"{kind}{n}d" for kind in ("Dropout", "MaxPool", "AvgPool", "AdaptiveMaxPool", "AdaptiveAvgPool", "ZeroPad", "ReflectionPad") for n in (1, 2, 3)
        }


        def _refuse_untold(model, covered, word):
            """Refuses a model in which covered layers and normalizations do not take turns, in the order in which it has them, with nothing between
            that may not keep a scale. Sums of layers, functions that a forward calls, and an order of use that is another one, it does not see."""
            audit = f"with the module that `etalon export audit --for pytorch` writes: report = audit(model, inputs), and here {word}"
            before, is_grown = None, False
            for name, module in model.named_modules():
                kind = type(module).__name__
                if any(part in kind.lower() for part in ("embedding", "attention", "attn")):
                    raise ValueError(
                        f"{name} is a {kind}: in a transformer only some weights are scale-invariant, and this module cannot tell which; {audit}"
                    )
                own = list(module.parameters(recurse=False))
                matrices = [parameter for parameter in own if parameter.dim() >= 2]
                is_changed = name != "" and bool(module._forward_pre_hooks or module._forward_hooks or "forward" in vars(module))
                is_norm, is_plain = _epsilon_name(module) is not None, type(module).__module__.startswith("torch.nn.") and not is_changed
                kind += " with a hook or a forward of its own" if is_changed else ""
                is_layer = is_plain and kind in LAYERS
                if is_norm and not (is_plain and kind in NORMALIZATIONS):
                    raise ValueError(f"{name} is a {kind}, and this module cannot tell how its epsilon acts; {audit}")
                if any(id(parameter) in covered for parameter in own):
                    if not is_layer:
                        raise ValueError(f"{name} is a {kind}, and this module cannot tell whether its outputs grow as its weights do; {audit}")
                    if module.bias is not None and id(module.bias) not in covered:
                        raise ValueError(f"{name} has a bias, which does not grow with its weight: make it with bias=False; or {audit}")
                is_holder = not is_changed and not own and type(module).forward.__qualname__ in CONTAINERS and list(module.children())
                is_told = is_norm or is_layer or is_holder or is_plain and kind in KEEP_SCALE
                # A block has layers or normalizations of its own, which are told one by one; without them it only stands between.
                is_block = any(_epsilon_name(part) or any(p.dim() >= 2 for p in part.parameters(recurse=False)) for part in module.modules())
                if is_grown and not is_told and not is_block:
                    raise ValueError(f"{name}, a {kind}, stands between {before} and its normalization, and may not keep a scale; {audit}")
                if (own or is_changed) and not is_told and (is_grown or any(id(p) in covered for p in module.parameters())):
                    what = f"{name or 'the model'} is a {kind}" + (" with a parameter of its own" if own else "")
                    raise ValueError(f"{what}, and this module cannot tell whether it keeps a scale; {audit}")
                if is_norm and not is_grown:
                    behind = "nothing that is covered" if before is None else f"{before}, which is not covered,"
                    raise ValueError(f"{name} stands behind {behind} and this module cannot tell whether its epsilon follows; {audit}")
                if matrices and not is_norm and is_grown:
                    raise ValueError(f"no normalization stands between {before} and {name}, and this module cannot tell what follows; {audit}")
                if matrices or is_norm:
                    before, is_grown = name, not is_norm and any(id(parameter) in covered for parameter in matrices)
            if is_grown:
                raise ValueError(f"no normalization stands behind {before}, and this module cannot tell what follows; {audit}")


        """";

    /// <summary>
    /// The call of it where the groups have been made and nobody named the covered weights; {NAME} is their group's name.
    /// </summary>
    public const string Call =
        """"
            if covered is None:
                _refuse_untold(model, {id(parameter) for parameter in groups[{NAME}]}, "covered=report.invariant()")

        """";
}
