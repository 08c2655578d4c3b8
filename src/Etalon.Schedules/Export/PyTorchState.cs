namespace Etalon.Schedules.Export;

/// <summary>What every exported scheduler for PyTorch has of its state, as its source text.</summary>
internal static class PyTorchState
{
    /// <summary>The methods that tell the rates and the state.</summary>
    public const string Saved =
        """"
            def get_last_lr(self):
                """The learning rate of each group, as it is set now."""
                return [float(group["lr"]) for group in self.optimizer.param_groups]

            def state_dict(self):
                """The number of the next update, and the recipe it belongs to."""
                return {"t": self.t, "recipe_hash": RECIPE_HASH}


        """";

    /// <summary>The refusal of a state that belongs to another recipe.</summary>
    public const string SameRecipe =
        """"
                if state["recipe_hash"] != RECIPE_HASH:
                    raise ValueError(
                        f"the state belongs to the recipe with hash {state['recipe_hash']}, this module to {RECIPE} with"
                        f" {RECIPE_HASH}; load it with the module it was saved with, or set scheduler.t"
                    )

        """";
}
