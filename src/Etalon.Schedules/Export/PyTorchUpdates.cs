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

    /// <summary>In the constructor, what is kept of updates and of the covered group.</summary>
    public const string Kept =
        """"
                self._model, self._covered_count, self._made, self._skipped = model, None, 0, []

        """";

    /// <summary>At the end of the constructor: updates are watched from here on.</summary>
    public const string Watched =
        """"
                self._covered_count = len(self._covered())
                self._watch()


        """";

    /// <summary>The methods that find the covered group, and in it what an update skipped; they end the scheduler.</summary>
    public const string Covered =
        """"

            def __setstate__(self, state):
                """Copied or unpickled with its optimizer and model, it watches that optimizer."""
                self.__dict__.update(state)
                self._watch()

            def _watch(self):
                """Has optimizer.step() count its updates, and note what they skip: gradients may be cleared before scheduler.step()."""
                import functools

                step = self.optimizer.step

                @functools.wraps(step)
                def watched(*args, **kwargs):
                    without = self._without_gradient()
                    result = step(*args, **kwargs)  # a closure may make the gradients, and an optimizer clear them
                    self._skipped += sorted(without & self._without_gradient())
                    self._made += 1
                    return result

                self.optimizer.step = watched

            def _covered(self):
                """The parameters of the covered group; one that another process has is empty here."""
                return [p for group in self.optimizer.param_groups if group["name"] == "covered" for p in group["params"] if p.numel()]

            def _without_gradient(self):
                return {place for place, parameter in enumerate(self._covered()) if parameter.grad is None}

            def _name_of(self, parameter):
                names = {id(one): name for name, one in self._model.named_parameters()}
                return names.get(id(parameter), f"a covered parameter of shape {tuple(parameter.shape)}")

            def _refuse_without_gradient(self, parameters):
                """Torch's optimizers skip a parameter whose gradient is None, its decay too, and P grows for all of the covered group."""
                if parameters:
                    raise RuntimeError(
                        f"{self._name_of(parameters[0])} has no gradient in update {self.t}, as where it is frozen or its layer left out: the optimizer"
                        " skips it, its decay too, and no P follows such a run. Give it zeros, in the recipe's own run too, by"
                        " optimizer.zero_grad(set_to_none=False), and before its first gradient by parameter.grad = torch.zeros_like(parameter);"
                        " or leave it and its group out of covered"
                    )

            def _refuse_other_updates(self):
                """Refuses a step after no update, after several, after one that skipped covered weights, or after the recipe's last."""
                if self._made != 1:
                    raise RuntimeError(
                        f"optimizer.step() of the scheduler's optimizer was called {self._made} times for update {self.t}, and P grows once: call"
                        " scheduler.step() after each update, and not where a gradient scaler skipped optimizer.step()"
                    )
                if self.t >= TOTAL_STEPS:
                    raise RuntimeError(
                        f"the recipe has {TOTAL_STEPS} updates, and the numbers of its equivalent end with them: make its duration longer, and export"
                        " it again"
                    )
                covered = self._covered()
                if late := covered[self._covered_count :]:
                    raise RuntimeError(
                        f"{self._name_of(late[0])} came into the covered group by update {self.t} without the growth until then; have it there from the start"
                    )
                self._refuse_without_gradient([covered[place] for place in self._skipped])
                self._made, self._skipped = 0, []

        """";

    /// <summary>The end of the last method, where the numbers of each update are for a bias correction in step with them.</summary>
    public const string RefuseOtherSteps =
        """"
                for parameter in covered:
                    step = self.optimizer.state.get(parameter, {}).get("step")
                    if step is not None and not getattr(step, "is_cuda", False) and step != self.t + 1:
                        raise RuntimeError(
                            f"the optimizer has made {int(step)} updates of {self._name_of(parameter)}, and update {self.t} is number {self.t + 1}: the"
                            " numbers of each update are for a bias correction in step with them. Load the optimizer's state with the scheduler's"
                        )

        """";
}
