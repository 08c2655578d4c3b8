using System.CommandLine;
using Etalon.Lab;
using Etalon.Lab.Files;

namespace Etalon.Workbench.Options;

/// <summary>
/// The files that a command was asked to write. They are looked at before it does any work: a name that no file can have, two outputs in
/// one place, and an
/// output that is also an input are refused. One of them may be <c>-</c>, standard output, which then carries that file alone.
/// </summary>
internal sealed class OutputFiles
{
    private readonly Dictionary<Option<string?>, OutputPath> _paths = [];
    private readonly TextWriter _output, _error;
    private bool _isSpared;

    /// <summary>The outputs that a command line names.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="json">--json, which takes standard output for itself; null where there is none.</param>
    /// <param name="options">The options that name files to write.</param>
    /// <exception cref="InputException">One cannot be written, or two are the same.</exception>
    public OutputFiles(ParseResult parsed, Option<bool>? json, params ReadOnlySpan<Option<string?>> options)
    {
        (_output, _error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        foreach (var option in options)
        {
            if (parsed.GetValue(option) is not { } name) continue;
            var path = Of(option, name);
            foreach (var (other, taken) in _paths)
                if (taken.IsSame(path))
                    throw new InputException($"{other.Name} {taken.Name} and {option.Name} {name} are one file; give each its own");
            if (path.IsStandardOutput && json is not null && parsed.GetValue(json))
                throw new InputException(
                    $"{option.Name} {name} and --json both go to standard output; give {option.Name} the name of a file");
            _paths.Add(option, path);
        }
    }

    /// <summary>Where the command's report goes: standard output, or standard error where a file goes to standard output.</summary>
    public TextWriter Report => _paths.Values.Any(path => path.IsStandardOutput) ? _error : _output;

    /// <summary>Whether a file was asked for.</summary>
    public bool Has(Option<string?> option) => _paths.ContainsKey(option);

    /// <summary>Refuses outputs that are also inputs, whatever their names; to be called before any work, and before any output is
    /// written.</summary>
    /// <param name="inputs">All that the command reads.</param>
    /// <exception cref="InputException">An output is an input.</exception>
    public void Spare(params IEnumerable<InputFile> inputs)
    {
        _isSpared = true;
        if (_paths.Count == 0) return;
        foreach (var input in inputs.Distinct())
            foreach (var (option, path) in _paths)
                if (path.Destroys(input))
                    throw new InputException(
                        $"{option.Name} {path.Name} is {input.What}, {input.Path}, which would be lost; give the name of another file");
    }

    /// <summary>Writes a file, if it was asked for, and says so.</summary>
    /// <param name="option">The option that names it.</param>
    /// <param name="write">Writes its text.</param>
    /// <param name="rows">The rows of a table.</param>
    /// <param name="detail">What is said of it beside its name.</param>
    /// <exception cref="InputException">A long table has no room on the disk.</exception>
    public void Write(Option<string?> option, Action<TextWriter> write, long? rows = null, string? detail = null)
    {
        if (!Find(option, out var path)) return;
        void Sized(TextWriter writer)
        {
            if (rows > LongTable.MostUntold) writer = new LongTable(writer, path, rows.Value, _error) { NewLine = writer.NewLine };
            write(writer);
        }

        if (path.IsStandardOutput)
        {
            Sized(_output);
            _output.Flush();
            return;
        }
        AtomicFile.Write(path, Sized);
        detail ??= rows is null ? null : $"{rows} rows";
        _error.WriteLine($"wrote {path.Name}{(detail is null ? "" : $": {detail}")}");
    }

    /// <summary>Writes a picture, if it was asked for, and says so.</summary>
    public void WriteBytes(Option<string?> option, Action<Stream> write)
    {
        if (!Find(option, out var path)) return;
        AtomicFile.WriteBytes(path, write);
        if (!path.IsStandardOutput) _error.WriteLine($"wrote {path.Name}");
    }

    private static OutputPath Of(Option<string?> option, string name)
    {
        try
        {
            return OutputPath.Of(name);
        }
        catch (InputException exception)
        {
            throw new InputException($"{option.Name} {exception.Message}");
        }
    }

    private bool Find(Option<string?> option, out OutputPath path)
    {
        if (!_isSpared) throw new InvalidOperationException($"{option.Name} is written before it is known to be no input");
        return _paths.TryGetValue(option, out path!);
    }
}
