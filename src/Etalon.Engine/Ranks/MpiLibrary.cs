using System.Runtime.InteropServices;
using System.Text;

namespace Etalon.Engine.Ranks;

/// <summary>The functions of an MPI library that is found when it is asked for; no package stands between.</summary>
/// <remarks>
/// Handles are addresses in Open MPI and numbers of 32 bits in MPICH; both are passed in a register, which MPICH reads half of.
/// </remarks>
internal sealed unsafe class MpiLibrary
{
    // A status has 24 bytes in Open MPI and 20 in MPICH, an error's text at most 256 and 512.
    private const int StatusBytes = 64, LongestError = 1024;

    // Of MPICH's binary interface.
    private const nint MpichWorld = 0x44000000, MpichByte = 0x4c00010d, MpichErrorsReturn = 0x54000001;

    private readonly nint _library;
    private readonly string _name;
    private readonly nint _world, _byte;
    private readonly delegate* unmanaged[Cdecl]<void*, int, nint, int, int, nint, nint*, int> _send, _receive;
    private readonly delegate* unmanaged[Cdecl]<nint*, int*, void*, int> _test;
    private readonly delegate* unmanaged[Cdecl]<int, byte*, int*, int> _errorText;

    /// <summary>Loads the library and starts MPI on this thread, which has to make all further calls.</summary>
    /// <exception cref="LostRankException">It is not there, or does not start.</exception>
    public MpiLibrary(MpiKind kind, int rank, int size)
    {
        PrepareEnvironment();
        _name = kind.Name;
        foreach (string name in kind.Libraries)
            if (NativeLibrary.TryLoad(name, out _library)) break;
        if (_library == 0)
            throw new LostRankException(
                $"this process was started as rank {rank} of {size} by {kind.Name}, and its library {kind.Libraries[0]} is not found; "
                + $"install it ({kind.Remedy}), or name its folder in LD_LIBRARY_PATH");
        (_world, _byte) = kind.HasFixedHandles ? (MpichWorld, MpichByte) : (Export("ompi_mpi_comm_world"), Export("ompi_mpi_byte"));
        _send = (delegate* unmanaged[Cdecl]<void*, int, nint, int, int, nint, nint*, int>)Export("MPI_Isend");
        _receive = (delegate* unmanaged[Cdecl]<void*, int, nint, int, int, nint, nint*, int>)Export("MPI_Irecv");
        _test = (delegate* unmanaged[Cdecl]<nint*, int*, void*, int>)Export("MPI_Test");
        _errorText = (delegate* unmanaged[Cdecl]<int, byte*, int*, int>)Export("MPI_Error_string");
        // Only the thread that trains calls: MPI_THREAD_FUNNELED.
        const int Funneled = 1;
        int provided;
        Require(((delegate* unmanaged[Cdecl]<int*, byte***, int, int*, int>)Export("MPI_Init_thread"))(null, null, Funneled, &provided),
            "MPI_Init_thread");
        var setHandler = (delegate* unmanaged[Cdecl]<nint, nint, int>)Export("MPI_Comm_set_errhandler");
        Require(setHandler(_world, kind.HasFixedHandles ? MpichErrorsReturn : Export("ompi_mpi_errors_return")), "MPI_Comm_set_errhandler");
        (Rank, Size) = (Ask("MPI_Comm_rank"), Ask("MPI_Comm_size"));
    }

    public int Rank { get; }

    public int Size { get; }

    public void StartSend(int to, int tag, byte* data, int bytes, nint* request) =>
        Require(_send(data, bytes, _byte, to, tag, _world, request), "MPI_Isend");

    public void StartReceive(int from, int tag, byte* data, int bytes, nint* request) =>
        Require(_receive(data, bytes, _byte, from, tag, _world, request), "MPI_Irecv");

    public bool Test(nint* request)
    {
        int isDone;
        byte* status = stackalloc byte[StatusBytes];
        Require(_test(request, &isDone, status), "MPI_Test");
        return isDone != 0;
    }

    public void Finish() => Require(((delegate* unmanaged[Cdecl]<int>)Export("MPI_Finalize"))(), "MPI_Finalize");

    public void Abort(int code) => ((delegate* unmanaged[Cdecl]<nint, int, int>)Export("MPI_Abort"))(_world, code);

    private int Ask(string function)
    {
        int answer;
        Require(((delegate* unmanaged[Cdecl]<nint, int*, int>)Export(function))(_world, &answer), function);
        return answer;
    }

    private nint Export(string name) => NativeLibrary.TryGetExport(_library, name, out nint address)
        ? address
        : throw new LostRankException($"the library of {_name} that was found has no {name}; is it that of another MPI?");

    private void Require(int code, string function)
    {
        if (code == 0) return;
        byte* text = stackalloc byte[LongestError];
        int length = 0;
        _errorText(code, text, &length);
        string problem = Encoding.UTF8.GetString(text, length);
        throw new LostRankException($"rank {Rank} of {Size} on {Environment.MachineName}: {function}: {problem}");
    }

    // .NET keeps variables to itself; the library asks the C library. What the user set stays.
    private static void PrepareEnvironment()
    {
        // UCX would take SIGSEGV, by which .NET makes a NullReferenceException.
        SetVariable("UCX_ERROR_SIGNALS\0"u8, "\0"u8);
        SetVariable("UCX_HANDLE_ERRORS\0"u8, "none\0"u8);
        // So would Open MPI.
        SetVariable("OMPI_MCA_opal_signal\0"u8, "\0"u8);
        // To notice memory that goes, UCX and the like rewrite the first bytes of munmap and others in the running process. A thread of
        // .NET was in the middle of munmap then, and the process died of it.
        SetVariable("UCX_MEM_EVENTS\0"u8, "no\0"u8);
        SetVariable("UCX_MEM_MMAP_HOOK_MODE\0"u8, "none\0"u8);
        SetVariable("OMPI_MCA_memory\0"u8, "^patcher\0"u8);
        SetVariable("FI_MR_CACHE_MONITOR\0"u8, "disabled\0"u8);
        // Ranks that wait in its own functions leave the processor to others.
        SetVariable("OMPI_MCA_mpi_yield_when_idle\0"u8, "1\0"u8);
    }

    // That it fails means no memory for a few bytes; the library's own defaults are left then.
    private static void SetVariable(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        fixed (byte* text = name, to = value) _ = SetVariable(text, to, replaces: 0);
    }

    [DllImport("libc", EntryPoint = "setenv")]
    private static extern int SetVariable(byte* name, byte* value, int replaces);
}
