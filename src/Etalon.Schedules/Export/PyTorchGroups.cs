namespace Etalon.Schedules.Export;

/// <summary>The PyTorch module of a schedule with groups.</summary>
internal static class PyTorchGroups
{
    private const string ParameterGroups =
        """"


        def parameter_groups(model, head{COVERED}):
            """The parameter groups of a torch optimizer, by name; head is the name of the last linear layer, as in "fc".{EXPLAINED}"""
            groups, seen = {name: [] for name in GROUPS}, set()
            if head not in dict(model.named_modules()):
                raise ValueError(f"the model has no module {head!r}; name its last linear layer, as in head=\"fc\"")
        {REFUSED}    for prefix, module in model.named_modules():
                for name, parameter in module.named_parameters(prefix, recurse=False):
                    if parameter.requires_grad and id(parameter) not in seen:
                        seen.add(id(parameter))
                        groups[_group_of(module, name, head{PASSED})].append(parameter)
        {UNTOLD}    return [{"name": name, "params": parameters} for name, parameters in groups.items() if parameters]


        def _epsilon_name(module):
            """What a normalization calls its epsilon; None for other modules. torch.nn.RMSNorm may have None as its epsilon: that of its numbers."""
            names, kind = ("eps", "epsilon", "variance_epsilon", "layer_norm_epsilon", "norm_eps"), type(module).__name__.lower()
            has_none = [name for name in names if ("norm" in kind or "rms" in kind) and vars(module).get(name, 0) is None]
            return next((name for name in names if isinstance(getattr(module, name, None), (int, float)) or name in has_none), None)


        """";

    private const string GroupOf =
        """"
        def _group_of(module, name, head{PASSED}):
            is_head = name.startswith(head + ".")
            is_norm = _epsilon_name(module) is not None
            is_bias = name.endswith("bias") and not is_norm

        """";

    private const string IsCovered =
        """"
            is_covered = not (is_head or is_bias or is_norm) if covered is None else name in covered
            if is_covered:
                return {NAME}

        """";

    private const string Explained =
        """"


            covered: the names of the scale-invariant weights, as report.invariant() of the audit lists them. Default: every weight that is no bias
            and belongs to neither the head nor a normalization, which is right where a normalization follows each of them; where the order of
            the model's modules does not show that, it is refused.

        """";

    private const string Refused =
        """"
            if missing := set(covered or ()) - {name for name, _ in model.named_parameters()}:
                raise ValueError(f"the model has no parameter {min(missing)!r}; name them as model.named_parameters() does")

        """";

    private const string Begin =
        """"


        class RecipeScheduler(LRScheduler):
            """Sets learning rate, weight decay and {THIRD} of each update on an optimizer's parameter groups, by their names."""

            def __init__(self, optimizer{MODEL}):
        {RULE}        for group in optimizer.param_groups:
                    if group.get("name") not in GROUPS:
                        raise ValueError(f"a parameter group has the name {group.get('name')!r}; give it one of {GROUPS}, as parameter_groups does")
        {SCALED}{NORMS}        super().__init__(optimizer)
        {WATCH}
            def _initial_step(self):
                if self.last_epoch >= 0:
                    raise RuntimeError(
                        "a scheduler of named groups cannot be a part of SequentialLR, which begins it twice; write the sequence into the recipe"
                    )
                self.t, self.optimizer._step_count, self._step_count = 0, 0, 1
        {INITIAL}        self._set()

        {SCALE}    def step(self, epoch=None):
                """Call after optimizer.step(): sets the values of the next update."""
                if epoch is not None:
                    raise ValueError("updates follow each other; load a state to go on elsewhere")
                self._step_count += 1
        {STEP}        self._set()

            def get_lr(self):
                """The learning rate of each group at update t."""
                return [values(self.t, group["name"])[0] * group.get("lr_scale", 1.0) for group in self.optimizer.param_groups]


        """" + PyTorchState.Saved + PyTorchState.OwnState + """"
            def load_state_dict(self, state):
                """Goes on at the saved update and sets its values; the optimizer and the model are loaded by themselves."""

        """" + PyTorchState.SameRecipe + """"
                self.t = state["t"]
                self._set()

            def _set(self):
        {EPSILON}        for group in self.optimizer.param_groups:
                    lr, decay, mu = values(self.t, group["name"])
                    lr, decay = lr * group.get("lr_scale", 1.0), decay * group.get("weight_decay_scale", 1.0)
                    if hasattr(group["lr"], "fill_"):
                        group["lr"].fill_(lr)  # a tensor that compiled or captured code holds on to
                    else:
                        group["lr"] = lr
                    if "weight_decay" in group:
                        group["weight_decay"] = decay
        {DECAY}
        """";

    private const string ChangeOfAdam =
        """"

            def _change(self):
                """Re-centers weights and moments of the covered group, once before an update that asks for it."""
                weight_factor, buffer_factor, _ = CHANGES.get(self.t, (1.0, 1.0, 0.0))
                if weight_factor == 1.0:
                    return
                for parameter in self._covered():
                    state = self.optimizer.state[parameter]
                    if "exp_avg" in state:
                        state["exp_avg"].mul_(buffer_factor)
                        state["exp_avg_sq"].mul_(buffer_factor * buffer_factor)
                    elif self.t > 0:
                        self._refuse_elsewhere(parameter, "exp_avg")
                    parameter.data.mul_(weight_factor)

        """";

    private const string Norms =
        """"
                for group in optimizer.param_groups:
                    if group["name"] == "covered" and not group.get("lr_scale", 1.0) == group.get("weight_decay_scale", 1.0) == 1.0:
                        raise ValueError("the covered group has lr_scale or weight_decay_scale; its numbers belong together: write others into the recipe")
                if norms is None:
                    covered = {id(p) for group in optimizer.param_groups if group["name"] == "covered" for p in group["params"]}
                    _refuse_untold(model, covered, "norms=report.norms()")
                elif not hasattr(norms, "keys"):
                    raise ValueError("norms is no dictionary; report.norms() of the audit has the degree of each normalization, by its name")
                elif missing := set(norms) - {name for name, module in model.named_modules() if _epsilon_name(module) is not None}:
                    raise ValueError(f"the model has no normalization {min(missing)!r}; name them as model.named_modules() does")
                elif lost := [name for name in norms if norms[name] is None]:
                    raise ValueError(
                        f"no power of the covered weights' growth fits epsilon of {lost[0]}, or its running mean: make the layers before it with bias=False"
                        " and set its epsilon to 0, or cover fewer weights"
                    )
                self._model = model
                # The input of each grows as the covered weights do to the power of its degree.
                self._norms = [
                    (module, _epsilon_name(module), module.__dict__.setdefault("recipe_eps", _epsilon_of(module, model)), degree)
                    for name, module in model.named_modules()
                    if _epsilon_name(module) is not None and (degree := 1 if norms is None else norms.get(name, 0))
                ]

        """";

    private const string Watch =
        """"
                self._count = len(self._covered())
                self._watch()

        """";

    private const string Initial =
        """"
                if not self.optimizer.state:
                    self._change()

        """";

    private const string Step =
        """"
                self._refuse_other_updates()
        {CHECK}        before = covered_log_scale(self.t)
                self.t += 1
                self._change()
                # Running statistics are those of weights that have grown since.
                for module, _, _, degree in self._norms:
                    if getattr(module, "running_mean", None) is not None:
                        grown = math.exp(degree * (covered_log_scale(self.t) - before))
                        module.running_mean.mul_(grown)
                        module.running_var.mul_(grown * grown)

        """";

    private const string Epsilon =
        """"
                self._made, self._skipped = 0, []
                for module, name, eps, degree in self._norms:
                    scale = math.exp(degree * covered_log_scale(self.t))
                    setattr(module, name, eps * scale * scale)

        """";

    private const string ChangeOfWeights =
        """"

            def _change(self):
                """Re-centers the weights of the covered group, once before an update that asks for it."""
                if self.t in CHANGES:
                    for parameter in self._covered():
                        parameter.data.mul_(CHANGES[self.t][0])

        """";

    private const string Change =
        """"

            def _change(self):
                """Corrects and re-centers weights and momentum buffers of the covered group, once before an update that asks for it."""
                weight_factor, buffer_factor, share = CHANGES.get(self.t, (1.0, 1.0, 0.0))
                {LOOKAHEAD}
                if (weight_factor, buffer_factor, share) == (1.0, 1.0, 0.0):
                    return
                for parameter in self._covered():
                    state, w = self.optimizer.state[parameter], parameter.data
                    if state.get("momentum_buffer") is None and self.t > 0 and covered_momentum(self.t - 1) > 0.0:
                        self._refuse_elsewhere(parameter, "momentum_buffer")
                    if share != 0.0 and state.get("momentum_buffer") is None:
                        state["momentum_buffer"] = w * 0.0
                    if state.get("momentum_buffer") is not None:
                        state["momentum_buffer"].add_(w, alpha=-share).mul_(buffer_factor)
                    w.mul_(weight_factor)

        """";

    public static void Write(GroupedSchedule schedule, string name, TextWriter writer)
    {
        var groups = new GroupedPython(schedule);
        var isConverted = schedule.Covered is not null;
        writer.Write(ExportSource.Header(schedule, name, Use(schedule, groups), PyTorchState.Imports));
        writer.Write(groups.Numbers(new NumberDialect()));
        WriteGroups(schedule, writer);
        if (isConverted) writer.Write(PyTorchUpdates.OfEquivalent);
        writer.Write(Begin
            .Replace("{RULE}", PyTorchRule.Begin(schedule.Optimizer, isConverted && !groups.ScalesGradients), StringComparison.Ordinal)
            .Replace("{THIRD}", groups.Third, StringComparison.Ordinal)
            .Replace("{MODEL}", isConverted ? ", model, norms=None" : "", StringComparison.Ordinal)
            .Replace("{NORMS}", isConverted ? Norms : "", StringComparison.Ordinal)
            .Replace("{INITIAL}", isConverted ? Initial : "", StringComparison.Ordinal)
            .Replace("{WATCH}", isConverted ? Watch : "", StringComparison.Ordinal)
            .Replace("{SCALE}", groups.ScalesGradients ? PyTorchUpdates.ScaleGradients : "", StringComparison.Ordinal)
            .Replace("{SCALED}", groups.ScalesGradients ? "        self._scaled = None\n" : "", StringComparison.Ordinal)
            .Replace("{STEP}", isConverted ? Step : "        self.t += 1\n", StringComparison.Ordinal)
            .Replace("{CHECK}", groups.ScalesGradients ? PyTorchUpdates.CheckScaled : "", StringComparison.Ordinal)
            .Replace("{EPSILON}", isConverted ? Epsilon : "", StringComparison.Ordinal)
            .Replace("{DECAY}", schedule.Optimizer.IsAdam ? PyTorchRule.CheckDecay : "", StringComparison.Ordinal));
        writer.Write(Last(schedule, groups));
        writer.Write(PyTorchRule.End(schedule.Optimizer));
        if (isConverted) writer.Write(PyTorchUpdates.Watched);
        if (groups.HasBeta2) writer.Write(PyTorchUpdates.RefuseOtherSteps);
        if (!isConverted) return;
        writer.Write(groups.ScalesGradients ? ChangeOfWeights
            : schedule.Optimizer.IsAdam ? ChangeOfAdam
            : Change.Replace("        {LOOKAHEAD}\n", groups.HasLookAhead ? LookAhead : "", StringComparison.Ordinal));
        if (!groups.ScalesGradients) writer.Write(PyTorchUpdates.RefuseElsewhere);
    }

    // PyTorch looks ahead by the momentum itself. With nu as its momentum and the buffer times mu / nu before the update, it keeps mu and
    // looks ahead by nu.
    private const string LookAhead =
        """"
                look_ahead = covered_look_ahead(self.t)
                if look_ahead > 0.0:
                    buffer_factor *= covered_momentum(self.t) / look_ahead

        """";

    private static void WriteGroups(GroupedSchedule schedule, TextWriter writer)
    {
        var told = schedule.Groups.FirstOrDefault(group => group.Parameters == ParameterKind.ScaleInvariant);
        string Filled(string text) => text
            .Replace("{COVERED}", told is null ? "" : ", covered=None", StringComparison.Ordinal)
            .Replace("{PASSED}", told is null ? "" : ", covered", StringComparison.Ordinal)
            .Replace("{EXPLAINED}", told is null ? "" : Explained + "    ", StringComparison.Ordinal)
            .Replace("{REFUSED}", told is null ? "" : Refused, StringComparison.Ordinal)
            .Replace("{UNTOLD}", told is null ? ""
                : PyTorchUntold.Call.Replace("{NAME}", PythonText.Quoted(told.Name), StringComparison.Ordinal), StringComparison.Ordinal);
        writer.Write(Filled(ParameterGroups));
        if (told is not null) writer.Write(PyTorchUntold.Refusal);
        writer.Write(Filled(GroupOf));
        if (told is not null) writer.Write(IsCovered.Replace("{NAME}", PythonText.Quoted(told.Name), StringComparison.Ordinal));
        foreach (var line in Assignments(schedule)) writer.Write($"    {line}\n");
    }

    private static IEnumerable<string> Assignments(GroupedSchedule schedule)
    {
        foreach (var group in schedule.Groups.Where(group => group.Parameters != ParameterKind.ScaleInvariant))
        {
            var condition = group.Parameters switch
            {
                ParameterKind.Head => "is_head",
                ParameterKind.Bias => "is_bias",
                ParameterKind.Norm => "is_norm",
                _ => null,
            };
            if (condition is not null) yield return $"if {condition}:";
            yield return $"{(condition is null ? "" : "    ")}return {PythonText.Quoted(group.Name)}";
        }
    }

    private static string Last(GroupedSchedule schedule, GroupedPython groups)
    {
        if (groups.HasBeta2)
            return """
                            if "betas" in group:
                                group["betas"] = (mu, covered_beta2(self.t) if group["name"] == "covered" else {BETA2})
                                group["eps"] = covered_epsilon(self.t) if group["name"] == "covered" else {EPSILON}

                """.Replace("{BETA2}", PythonText.Number(schedule.Optimizer.Beta2), StringComparison.Ordinal)
                .Replace("{EPSILON}", PythonText.Number(schedule.Optimizer.Epsilon), StringComparison.Ordinal);
        if (schedule.Optimizer.IsAdam)
            return "            if \"betas\" in group:\n                group[\"betas\"] = (mu, group[\"betas\"][1])\n";
        var momentum = "            if \"momentum\" in group:\n                group[\"momentum\"] = mu\n";
        if (groups.HasLookAhead)
            momentum +=
                "                if group[\"name\"] == \"covered\":\n                    group[\"momentum\"] = "
                + "covered_look_ahead(self.t)\n";
        // The first update is undamped also where a correction has made a buffer before it.
        if (schedule is { Covered: not null, Schedule.Rule.Dampening: > 0 })
            momentum +=
                $"            group[\"dampening\"] = {PythonText.Number(schedule.Schedule.Rule.Dampening)} if self.t > 0 else 0.0\n";
        return momentum;
    }

    private static string Use(GroupedSchedule schedule, GroupedPython groups)
    {
        var optimizer = schedule.Optimizer.IsAdam
            ? $"torch.optim.{(schedule.Optimizer.Name == "adamw" ? "AdamW" : "Adam")}(groups, betas=(0.9, "
                + $"{PythonText.Number(schedule.Optimizer.Beta2)}), eps={PythonText.Number(schedule.Optimizer.Epsilon)})"
            : schedule.Optimizer.Name == OptimizerRule.Sgd.Name ? $"torch.optim.SGD(groups, {PyTorchRule.Sgd(schedule.Schedule)})"
            : $"{PyTorchRule.ClassOf(schedule.Optimizer)}(groups, lr=1.0)   # your own, by the recipe's rule";
        return
            $"""
            One scheduler sets all three on each parameter group of a torch optimizer, by the group's name:

                groups = parameter_groups(model, head="fc")   # head: the name of the last linear layer
                optimizer = {optimizer}
                scheduler = RecipeScheduler(optimizer{(schedule.Covered is null ? "" : ", model")})      # sets the values of update 0
                for batch in batches:
                    ...
            {(groups.ScalesGradients ? "        scheduler.scale_gradients()               # after backward(), before gradients are clipped\n" : "")}        optimizer.step()
                    scheduler.step()                          # sets the values of the next update

            {groups.About().TrimEnd()}
            {(schedule.Covered is null ? "" : "The scheduler does so, multiplies the epsilon of each normalization by (P / 2^s)^2 (to the power of its degree in norms), and lets running statistics follow.")}
            """ + PyTorchState.TrainersOfGroups + PyTorchRule.Note(schedule);
    }
}
