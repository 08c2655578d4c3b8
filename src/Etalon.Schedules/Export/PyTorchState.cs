namespace Etalon.Schedules.Export;

/// <summary>What every exported scheduler for PyTorch has of its state, as its source text.</summary>
internal static class PyTorchState
{
    /// <summary>The imports of a module: PyTorch's base class has two names, and the functions of the step need none of them.</summary>
    public const string Imports =
        """"

        import math

        try:
            from torch.optim.lr_scheduler import LRScheduler
        except ImportError:
            try:
                from torch.optim.lr_scheduler import _LRScheduler as LRScheduler  # before PyTorch 2.0
            except ImportError:
                LRScheduler = object  # without PyTorch there are the functions alone

        """";

    /// <summary>How it is used by trainers and in sequences, for the docstring.</summary>
    public const string Trainers =
        """"


        It is an LRScheduler of PyTorch, stepped once an update. Lightning takes {"scheduler": scheduler, "interval": "step"}, and the Trainer of
        Hugging Face optimizers=(optimizer, scheduler). t counts the calls of scheduler.step(): where a gradient scaler skips optimizer.step(), leave
        scheduler.step() out too, or the schedule is one update ahead from there on. In ChainedScheduler others would multiply what this one sets:
        write the product into the recipe instead.
        """";

    /// <summary>The same of a scheduler of named groups.</summary>
    public const string TrainersOfGroups =
        """"


        It is an LRScheduler of PyTorch, stepped once an update. Lightning takes {"scheduler": scheduler, "interval": "step"}, and the Trainer of
        Hugging Face optimizers=(optimizer, scheduler). t counts the calls of scheduler.step(): where a gradient scaler skips optimizer.step(), leave
        scheduler.step() out too. It is no part of SequentialLR or ChainedScheduler: write sequences and products into the recipe instead.
        """";

    /// <summary>The methods that tell the rates and the state.</summary>
    public const string Saved =
        """"
            @property
            def t(self):
                """The update whose values are set."""
                return self.last_epoch

            @t.setter
            def t(self, t):
                self.last_epoch = t

            def get_last_lr(self):
                """The learning rate of each group, as it is set now."""
                return [float(group["lr"]) for group in self.optimizer.param_groups]


        """";

    /// <summary>The state of a scheduler that may be a part of a sequence: whether its values are those of the optimizer.</summary>
    public const string State =
        """"
            def state_dict(self):
                """The number of the next update, the recipe it belongs to, and whether its values are set: in a sequence those of one part are."""
                is_set = all(group["lr"] == lr for group, lr in zip(self.optimizer.param_groups, self.get_lr()))
                return {"t": self.t, "recipe_hash": RECIPE_HASH, "is_set": bool(is_set)}


        """";

    /// <summary>The state of a scheduler that is no part of a sequence.</summary>
    public const string OwnState =
        """"
            def state_dict(self):
                """The number of the next update, and the recipe it belongs to."""
                return {"t": self.t, "recipe_hash": RECIPE_HASH}


        """";

    /// <summary>The refusal of a state of something else, of another recipe, or of no update.</summary>
    public const string SameRecipe =
        """"
                if not isinstance(state, dict) or "recipe_hash" not in state or "t" not in state:
                    held = ", ".join(str(key) for key in state) if isinstance(state, dict) else repr(state)
                    raise ValueError(
                        f"a state of RecipeScheduler has recipe_hash and t, and this one has {held or 'nothing'}; load what its"
                        " state_dict() gave"
                    )
                # -1 while it waits for its part of a SequentialLR.
                if not hasattr(state["t"], "__index__") or state["t"] < -1:
                    raise ValueError(f"t of the state is {state['t']!r}, and must be the number of an update, 0 or above")
                if state["recipe_hash"] != RECIPE_HASH:
                    raise ValueError(
                        f"the state belongs to the recipe with hash {state['recipe_hash']}, this module to {RECIPE} with"
                        f" {RECIPE_HASH}; load it with the module it was saved with, or set scheduler.t"
                    )

        """";
}
