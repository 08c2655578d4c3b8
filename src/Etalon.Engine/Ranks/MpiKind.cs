using System.Globalization;

namespace Etalon.Engine.Ranks;

/// <summary>Which MPI started this process, by what its launcher leaves in the environment.</summary>
/// <param name="Name">For people.</param>
/// <param name="Libraries">The names of its library, the best first.</param>
/// <param name="Remedy">What to do where it is not there.</param>
internal sealed record MpiKind(string Name, IReadOnlyList<string> Libraries, string Remedy)
{
    private static readonly MpiKind OpenMpi = new("Open MPI", ["libmpi.so.40", "libmpi.so"],
        "on Debian: apt-get install openmpi-bin libopenmpi3");

    // Intel MPI and others have MPICH's binary interface under its upstream name.
    private static readonly MpiKind Mpich = new("MPICH", ["libmpich.so.12", "libmpi.so.12"],
        "on Debian: apt-get install mpich libmpich12");

    /// <summary>Whether handles are fixed numbers; else they are addresses that the library exports.</summary>
    public bool HasFixedHandles => this == Mpich;

    /// <summary>The MPI, and how many processes it started; null for a process by itself.</summary>
    public static (MpiKind Kind, int Rank, int Size)? OfEnvironment()
    {
        if (Number("OMPI_COMM_WORLD_SIZE") is > 1 and var size) return (OpenMpi, Number("OMPI_COMM_WORLD_RANK") ?? 0, size);
        if (Number("PMI_SIZE") is > 1 and var started) return (Mpich, Number("PMI_RANK") ?? 0, started);
        // srun --mpi=pmix: Debian's Open MPI speaks it, Debian's MPICH does not.
        if (Number("PMIX_RANK") is { } rank && Number("SLURM_STEP_NUM_TASKS") is > 1 and var tasks) return (OpenMpi, rank, tasks);
        return null;
    }

    /// <summary>
    /// Which of how many processes this is that srun started side by side, without an MPI that connects them; 0 of 1 for any other.
    /// </summary>
    public static (int Rank, int Size) UnconnectedPlace() =>
        OfEnvironment() is null && Number("SLURM_STEP_NUM_TASKS") is > 1 and var size ? (Number("SLURM_PROCID") ?? 0, size) : (0, 1);

    /// <summary>How many of the processes run on this machine, as far as the launcher says; at least 1.</summary>
    public static int RanksHere() =>
        OfEnvironment() is null ? 1 : Number("OMPI_COMM_WORLD_LOCAL_SIZE") ?? Number("MPI_LOCALNRANKS") ?? 1;

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number : null;
}
