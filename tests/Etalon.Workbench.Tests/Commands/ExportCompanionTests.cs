using Etalon.Schedules.Tests.Export;

namespace Etalon.Workbench.Tests.Commands;

/// <summary>The module with scheduler, logger and audit, with the real PyTorch.</summary>
[Trait("speed", "slow")]
public sealed class ExportCompanionTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("etalon-companion-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Scheduler_logger_and_audit_work_together_and_set_the_numbers_of_the_plan_to_the_bit()
    {
        Python.Need("torch");
        string recipe = Cli.Recipe("cifar-cosine-warmup.yaml"), others = Path.Combine(_folder, "others");
        Directory.CreateDirectory(others);
        await Export("companion.py", recipe);
        await Export("others/texp.py", Cli.Recipe("cifar-step.yaml"), "equivalent={form: texp++}");
        await Export("others/adam.py", Cli.Recipe("digits-adamw.yaml"), "equivalent={form: adam}");
        await Export("others/groups.py", Cli.Recipe("cifar-step.yaml"), "optimizer.groups={norm: {weight_decay: 0}}");
        Assert.Equal(0, (await Cli.Run("plan", recipe, "--csv", Path.Combine(_folder, "plan.csv"))).Code);
        string[] held = Python.Run(Path.Combine(AppContext.BaseDirectory, "Commands", "drive_companion_module.py"), _folder, _folder)
            .TrimEnd().Split('\n');
        Assert.Equal(["names", "values", "logged", "resumed", "audit"], held);
    }

    private async Task Export(string file, params string[] recipe)
    {
        var (code, _, error) = await Cli.Run(["export", "companion", .. recipe, "--for", "pytorch", "--out", Path.Combine(_folder, file)]);
        Assert.True(code == 0, error);
    }
}
