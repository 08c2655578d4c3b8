using System.Globalization;
using System.Runtime.InteropServices;
using Etalon.Engine.Ranks;

namespace Etalon.Engine;

/// <summary>Ranks that <c>mpirun</c> or <c>srun</c> has started, over Open MPI or MPICH.</summary>
/// <remarks>
/// Every call comes from the thread that made it. Nothing blocks inside MPI, so that a rank that waits notices when it has waited too long;
/// <see cref="PatienceVariable"/> in the environment tells how long that is, in seconds.
/// </remarks>
public sealed unsafe class MpiCommunicator : Communicator
{
    /// <summary>The variable that sets the patience.</summary>
    public const string PatienceVariable = "ETALON_MPI_PATIENCE";

    // What MPI itself may take to end all ranks.
    private static readonly TimeSpan TimeToAbort = TimeSpan.FromSeconds(5);

    private readonly MpiLibrary _mpi;
    private nint[] _requests = new nint[64];
    private readonly Stack<int> _free = [];
    private int _used;
    private bool _isOver;

    private MpiCommunicator(MpiLibrary mpi) : base(mpi.Rank, mpi.Size, PatienceOfEnvironment()) => _mpi = mpi;

    /// <summary>
    /// The ranks that this process was started with, by the variables that launchers leave in the environment; where it was started by
    /// itself, it is alone, and no library is looked for.
    /// </summary>
    /// <exception cref="LostRankException">The launcher's library is not there, or does not start.</exception>
    public static Communicator OfLauncher() => MpiKind.OfEnvironment() is var (kind, rank, size)
        ? new MpiCommunicator(new MpiLibrary(kind, rank, size))
        : Alone;

    /// <summary>
    /// Which one of how many launched processes this is, by the same variables; 0 of 1 for a process by itself. No library is looked for.
    /// </summary>
    public static (int Rank, int Size) PlaceInLaunch => MpiKind.OfEnvironment() is var (_, rank, size) ? (rank, size) : (0, 1);

    /// <summary>
    /// Which one of how many processes this is that <c>srun</c> started side by side without an MPI, so that none knows of the others;
    /// 0 of 1 for any other process.
    /// </summary>
    public static (int Rank, int Size) PlaceAmongUnconnected => MpiKind.UnconnectedPlace();

    /// <summary>How many of the launched processes run on this machine, as far as the launcher says; 1 for a process by itself.</summary>
    public static int RanksOnThisMachine => MpiKind.RanksHere();

    private static TimeSpan? PatienceOfEnvironment() => Environment.GetEnvironmentVariable(PatienceVariable) is not { Length: > 0 } text
        ? null
        : double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds)
            && seconds is > 0 and < 1e6
            ? TimeSpan.FromSeconds(seconds)
            : throw new LostRankException($"{PatienceVariable} is \"{text}\", but must be a number of seconds above 0, such as 60");

    /// <inheritdoc/>
    public override int StartSend(int to, int tag, byte* data, long bytes)
    {
        int transfer = Take();
        fixed (nint* request = &_requests[transfer]) _mpi.StartSend(to, tag, data, checked((int)bytes), request);
        return transfer;
    }

    /// <inheritdoc/>
    public override int StartReceive(int from, int tag, byte* data, long bytes)
    {
        int transfer = Take();
        fixed (nint* request = &_requests[transfer]) _mpi.StartReceive(from, tag, data, checked((int)bytes), request);
        return transfer;
    }

    /// <inheritdoc/>
    public override bool IsDone(int transfer)
    {
        fixed (nint* request = &_requests[transfer])
            if (!_mpi.Test(request)) return false;
        _free.Push(transfer);
        return true;
    }

    private int Take()
    {
        if (_free.TryPop(out int transfer)) return transfer;
        if (_used == _requests.Length) Array.Resize(ref _requests, 2 * _used);
        return _used++;
    }

    /// <inheritdoc/>
    public override void Abort(int exitCode)
    {
        _isOver = true;
        // Where MPI itself stands still, this process at least ends.
        new Thread(() =>
        {
            Thread.Sleep(TimeToAbort);
            ExitAtOnce(exitCode);
        })
        { IsBackground = true }.Start();
        _mpi.Abort(exitCode);
    }

    /// <summary>Ends MPI, when all ranks have come here.</summary>
    public override void Dispose()
    {
        base.Dispose();
        if (_isOver) return;
        _isOver = true;
        Meet();
        _mpi.Finish();
    }

    [DllImport("libc", EntryPoint = "_exit")]
    private static extern void ExitAtOnce(int code);
}
