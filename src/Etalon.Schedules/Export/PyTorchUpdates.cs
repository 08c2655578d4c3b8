namespace Etalon.Schedules.Export;

/// <summary>
/// What an exported equivalent for PyTorch refuses of the updates themselves: torch's optimizers skip a parameter whose gradient is None,
/// its decay too, and P grows for all of the covered group.
/// </summary>
internal static class PyTorchUpdates
{
    /// <summary>Functions before the scheduler: what an epsilon of None is, and the refusal.</summary>
    public const string OfEquivalent =
        """"


        def _epsilon_of(module, model):
            """A normalization's own epsilon; None is the machine epsilon of its numbers."""
            epsilon = getattr(module, _epsilon_name(module))
            if epsilon is None:
                import torch

                epsilon = torch.finfo(next(iter([*module.parameters(), *model.parameters()])).dtype).eps
            return epsilon


        def _refuse_without_gradient(names, t):
            """Torch's optimizers skip a parameter whose gradient is None, its decay too, and P grows for all of the covered group."""
            if names:
                raise RuntimeError(
                    f"{names[0]} has no gradient in update {t}: the optimizer skips it, its decay too, and no P follows such a run. Give it zeros, in the"
                    " recipe's own run too, by optimizer.zero_grad(set_to_none=False), and before its first gradient by parameter.grad ="
                    " torch.zeros_like(parameter); or leave it and its group out of covered"
                )

        """";

    /// <summary>The method that multiplies the gradients of the covered group by P.</summary>
    public const string ScaleGradients =
        """"
            def scale_gradients(self):
                """Call once, after the last backward() of an update (and unscale_), before gradients are clipped and before optimizer.step()."""
                covered = self._covered()
                _refuse_without_gradient([name for name, parameter in covered if parameter.grad is None], self.t)
                gradients = [parameter.grad for _, parameter in covered]
                if any(getattr(gradient, "recipe_update", None) == self.t for gradient in gradients):
                    raise RuntimeError(
                        f"the gradients of update {self.t} are scaled already; call scheduler.scale_gradients() once, after the last backward(), and"
                        " scheduler.step() after optimizer.step(). After an update that was skipped, optimizer.zero_grad(set_to_none=True)"
                        " clears them"
                    )
                scale = math.exp(covered_log_scale(self.t))
                for gradient in gradients:
                    gradient.mul_(scale).recipe_update = self.t
                self._scaled = self.t


        """";

    /// <summary>At a step, the refusal of gradients that were not scaled.</summary>
    public const string CheckScaled =
        """"
                if self._scaled != self.t:
                    raise RuntimeError(
                        f"update {self.t} was made with unscaled gradients; call scheduler.scale_gradients() after backward() and before"
                        " gradients are clipped and optimizer.step()"
                    )

        """";

    /// <summary>The methods that find the covered group, and in it what an update skipped; they end the scheduler.</summary>
    public const string Covered =
        """"

            def _covered(self):
                """Names and parameters of the covered group; a parameter that another process has is empty here."""
                covered = [p for group in self.optimizer.param_groups if group["name"] == "covered" for p in group["params"] if p.numel()]
                return [(self._names.get(id(parameter), f"a covered parameter of shape {tuple(parameter.shape)}"), parameter) for parameter in covered]

            def _refuse_skipped(self):
                """Refuses an update that changed some covered weights and skipped others, also where gradients are cleared by now."""
                covered = self._covered()
                if late := [name for name, parameter in covered if id(parameter) not in self._versions]:
                    raise RuntimeError(f"{late[0]} came into the covered group at update {self.t} without the growth until then; have it there from the start")
                skipped = [name for name, parameter in covered if parameter._version == self._versions.get(id(parameter))]
                _refuse_without_gradient(skipped if len(skipped) < len(covered) else [], self.t)

        """";

    /// <summary>The end of the last method, where the numbers of each update are for a bias correction in step with them.</summary>
    public const string RefuseOtherSteps =
        """"
                for name, parameter in covered:
                    step = self.optimizer.state.get(parameter, {}).get("step")
                    if step is not None and not getattr(step, "is_cuda", False) and step != self.t + 1:
                        raise RuntimeError(
                            f"the optimizer has made {int(step)} updates of {name}, and update {self.t} is number {self.t + 1}: the numbers of each update"
                            " are for a bias correction in step with them. Step the scheduler once after each update that is made, and load the"
                            " optimizer's state with it"
                        )

        """";
}
