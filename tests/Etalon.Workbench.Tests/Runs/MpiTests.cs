using Etalon.Lab.Tests.Runs;

namespace Etalon.Workbench.Tests.Runs;

/// <summary>One run on many ranks, over the MPI libraries that are there; bench/ranks.py has the whole matrix.</summary>
public sealed class MpiTests
{
    private static readonly (string Name, string Launcher)[] Kinds = [("openmpi", "mpirun.openmpi"), ("mpich", "mpiexec.hydra")];

    [Fact]
    [Trait("speed", "slow")]
    public void Ranks_over_MPI_leave_the_run_of_one_process_and_one_that_is_killed_is_resumed_to_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/python3"), "needs Linux and Python");
        string[] there = [.. Kinds.Where(kind => IsThere(kind.Launcher)).Select(kind => kind.Name)];
        Assert.SkipWhen(there.Length == 0, "needs Open MPI (openmpi-bin) or MPICH (mpich)");
        var (code, output) = SmallRun.Execute(
            "/usr/bin/python3", Path.Combine(AppContext.BaseDirectory, "bench", "ranks.py"), "check",
            "--etalon", Path.Combine(AppContext.BaseDirectory, "etalon"), "--mpi", string.Join(',', there));
        TestContext.Current.SendDiagnosticMessage("{0}", output);
        Assert.True(code == 0, output);
        // Two comparisons of whole runs and one of a killed one for each.
        Assert.Equal(3 * there.Length, output.Split('\n').Count(line => line.EndsWith("same", StringComparison.Ordinal)));
    }

    private static bool IsThere(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, program)));
}
