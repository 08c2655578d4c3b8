namespace Etalon.Schedules.Export;

/// <summary>
/// What an exported equivalent for PyTorch refuses of the updates themselves: torch's optimizers skip a parameter whose gradient is None,
/// its decay too, and P grows for all of the covered group.
/// </summary>
internal static class PyTorchUpdates
{
    /// <summary>The function before the scheduler: what an epsilon of None is.</summary>
    public const string OfEquivalent =
        """"


        def _epsilon_of(module, model):
            """A normalization's own epsilon; None is the machine epsilon of its numbers."""
            epsilon = getattr(module, _epsilon_name(module))
            if epsilon is None:
                import torch

                epsilon = torch.finfo(next(iter([*module.parameters(), *model.parameters()])).dtype).eps
            return epsilon

        """";

    /// <summary>The method that multiplies the gradients of the covered group by P.</summary>
    public const string ScaleGradients =
        """"
            def scale_gradients(self):
                """Call once, after the last backward() of an update (and unscale_), before gradients are clipped and before optimizer.step()."""
                covered = self._covered()
                self._refuse_without_gradient([parameter for parameter in covered if parameter.grad is None])
                gradients = [parameter.grad for parameter in covered]
                if any(getattr(gradient, "recipe_update", None) == self.t for gradient in gradients):
                    raise RuntimeError(
                        f"the gradients of update {self.t} are scaled already; call scheduler.scale_gradients() once, after the last backward(), and"
                        " scheduler.step() after optimizer.step(). After an update that a gradient scaler skipped, clear them by"
                        " optimizer.zero_grad(set_to_none=True)"
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

    /// <summary>The methods that watch the optimizer's updates and judge them; they end the scheduler.</summary>
    public const string Watched =
        """"

            def __setstate__(self, state):
                """A copy, or one that was saved whole with its model and optimizer, watches that optimizer."""
                self.__dict__.update(state)
                self._watch()

            def _watch(self):
                """Counts the updates that the optimizer makes, and notes what each skips: gradients may be cleared before scheduler.step()."""
                import functools

                step = self.optimizer.step

                @functools.wraps(getattr(step, "__func__", step))
                def watched(optimizer, *args, **kwargs):
                    # A closure makes the gradients in the update; without one, some optimizers give zeros where there is none.
                    before = [args or kwargs or parameter.grad is None for parameter in self._covered()]
                    result = step(*args, **kwargs)
                    self._skipped += [p for p, had_none in zip(self._covered(), before) if had_none and p.grad is None]
                    self._made += 1
                    return result

                self.optimizer.step = watched.__get__(self.optimizer)

            def _covered(self):
                """The parameters of the covered group; one that another process has is empty here."""
                return [p for group in self.optimizer.param_groups if group["name"] == "covered" for p in group["params"] if p.numel()]

            def _name_of(self, parameter):
                names = {id(own): name for name, own in self._model.named_parameters()}
                return names.get(id(parameter), f"a covered parameter of shape {tuple(parameter.shape)}")

            def _refuse_without_gradient(self, parameters):
                """Torch's optimizers skip a parameter whose gradient is None, its decay too, and P grows for all of the covered group."""
                if parameters:
                    raise RuntimeError(
                        f"{self._name_of(parameters[0])} has no gradient in update {self.t}: it is frozen, left out, or an expert that nothing reached. The"
                        " optimizer skips it, its decay too, and no P follows such a run. Give it zeros after backward(), in the recipe's own run too:"
                        " parameter.grad = torch.zeros_like(parameter). Where it is frozen, leave it and its group out of covered"
                    )

            def _refuse_other_updates(self):
                """Refuses a step after no update or after several, after one that skipped covered weights, and after one more than the recipe has."""
                is_captured = any(hasattr(group["lr"], "fill_") for group in self.optimizer.param_groups)  # such updates do not come by
                if self._made != 1 and not is_captured:
                    raise RuntimeError(
                        f"optimizer.step() was called {self._made} times in update {self.t}, and P grows once: call scheduler.step() once after each"
                        " update. Where a gradient scaler skips one, which lowers scaler.get_scale(), leave scheduler.step() out too"
                    )
                if self.t >= TOTAL_STEPS:
                    raise RuntimeError(
                        f"the recipe has {TOTAL_STEPS} updates, and the numbers of its equivalent end with them: give it a longer duration, and export"
                        " it again"
                    )
                self._refuse_without_gradient(self._skipped)
                covered = self._covered()
                if late := covered[self._count :]:
                    raise RuntimeError(
                        f"{self._name_of(late[0])} came into the covered group by update {self.t} without the growth until then; have it there from"
                        " the start"
                    )

        """";

    /// <summary>The method that refuses an optimizer whose memory the module cannot re-center.</summary>
    public const string RefuseElsewhere =
        """"

            def _refuse_elsewhere(self, parameter, memory):
                raise RuntimeError(
                    f"the optimizer's state has no {memory} of {self._name_of(parameter)}, which update {self.t} needs changed with the weights: sharded and"
                    " 8-bit optimizers keep theirs elsewhere. Take one of torch.optim, whose state has it"
                )

        """";

    /// <summary>The end of the last method, where the numbers of each update are for a bias correction in step with them.</summary>
    public const string RefuseOtherSteps =
        """"
                for parameter in covered:
                    step = self.optimizer.state.get(parameter, {}).get("step")
                    if step is not None and not getattr(step, "is_cuda", False) and step != self.t + 1:
                        raise RuntimeError(
                            f"the optimizer's state has {int(step)} updates of {self._name_of(parameter)}, and update {self.t} is number {self.t + 1}: the"
                            " numbers of each update are for a bias correction in step with them. Load the optimizer's state with the scheduler's"
                        )

        """";
}
