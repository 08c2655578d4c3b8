using Etalon.Engine;

namespace Etalon.Lab.Runs;

/// <summary>Opens the tensors of a checkpoint, and says what is wrong with them as bad input.</summary>
internal static class CheckpointTensors
{
    private const int BufferSize = 1 << 12;

    /// <summary>Opens a file.</summary>
    /// <exception cref="InputException">It is no regular file, not one in safetensors, or damaged.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static SafetensorsFile Open(string path) => Of(RunFile.Open(path, BufferSize), path, leaveOpen: false);

    /// <summary>Reads a file that somebody else holds open, and leaves it open.</summary>
    /// <inheritdoc cref="Open"/>
    public static SafetensorsFile Of(FileStream file) => Of(file, file.Name, leaveOpen: true);

    private static SafetensorsFile Of(FileStream file, string path, bool leaveOpen)
    {
        try
        {
            return new SafetensorsFile(file, path, leaveOpen);
        }
        catch (InvalidDataException exception)
        {
            throw new InputException(exception.Message);
        }
    }
}
