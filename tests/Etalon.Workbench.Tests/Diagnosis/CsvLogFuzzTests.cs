using Etalon.Lab;
using Etalon.Lab.Charts;
using Etalon.Lab.Diagnosis;
using Etalon.Lab.Diagnosis.Logs;
using Etalon.Lab.Tests.Diagnosis;
using Etalon.Workbench.Commands;

namespace Etalon.Workbench.Tests.Diagnosis;

public class CsvLogFuzzTests
{
    private static readonly string[] Words =
    [
        "", ",", ",,", "\n", "\r\n", "\r", "\"", ";", "\t", " ", "0", "-1", "-0", "1e400", "1e49", "1e-49", "1e-400", "nan", "NaN", "inf",
        "-inf", "None", "0.9", "1", "99999999999999999999", "1e15", "step",
        "lr", "norm/", "norm/b", "gradsq/all", "momentum", "\ufeff", "\u0000", "ü", "#", "3.14159", "1_000", "0x10", "1,5",
    ];

    [Fact]
    public void Mutated_logs_are_diagnosed_or_refused_with_the_file_and_the_reason() => DiagnosesOrRefuses(first: 0, mutations: 300);

    [Fact]
    [Trait("speed", "slow")]
    public void Two_thousand_mutated_logs_are_diagnosed_or_refused_with_the_file_and_the_reason() =>
        DiagnosesOrRefuses(first: 1, mutations: 2000);

    private static void DiagnosesOrRefuses(int first, int mutations)
    {
        string[] originals =
        [
            new SphereRun { Phases = [(60, 0.1, 5e-3), (60, 0.01, 5e-3)] }.Log(
                column => !column.Contains("conv2", StringComparison.Ordinal)),
            new SphereRun { Momentum = 0, Every = 1, Phases = [(40, 1, 5e-3)] }.Log(
                column => !column.Contains("conv", StringComparison.Ordinal)),
        ];
        var random = new Random(20_260_704 + first);
        var (diagnosed, refused) = (0, 0);
        for (int i = 0; i < mutations; i++)
        {
            string text = originals[random.Next(originals.Length)];
            for (int count = random.Next(1, 5); count > 0; count--) text = Mutate(text, random);
            if (Reads(text)) diagnosed++;
            else refused++;
        }
        Assert.InRange(diagnosed, mutations / 3, mutations);
        Assert.InRange(refused, mutations / 100, mutations);
    }

    private static bool Reads(string text)
    {
        try
        {
            var diagnosis = RunDiagnosis.Of(CsvLog.Read(new StringReader(text), "log.csv"));
            string[] lines = [.. DiagnosisText.Page(diagnosis, 80),
                .. Enumerable.Range(1, diagnosis.PhaseCount).SelectMany(phase => DiagnosisTables.Phase(diagnosis, phase, null))];
            // A name may have any letters.
            if (diagnosis.Log.Groups.Select(group => group.Name).Concat(diagnosis.Log.Ignored)
                .All(name => !name.Contains("NaN", StringComparison.Ordinal)))
                Assert.All(lines, line => Assert.DoesNotContain("NaN", line, StringComparison.Ordinal));
            SvgChart.Write(DiagnosisChart.Of(diagnosis), TextWriter.Null);
            return true;
        }
        catch (InputException refused)
        {
            Assert.StartsWith("log.csv", refused.Problems[0], StringComparison.Ordinal);
            return false;
        }
        catch (Exception exception) when (exception is not Xunit.Sdk.IAssertionException)
        {
            throw new InvalidOperationException($"{exception.GetType().Name} for:\n{text}", exception);
        }
    }

    private static string Mutate(string text, Random random)
    {
        if (text.Length == 0) return text;
        // Half of all changes in the header, where most of the meaning is.
        int reach = random.Next(2) == 0 ? Math.Max(1, text.IndexOf('\n', StringComparison.Ordinal)) : text.Length;
        int at = random.Next(reach), length = Math.Min(random.Next(1, 12), text.Length - at);
        string word = Words[random.Next(Words.Length)];
        switch (random.Next(6))
        {
            case 0:
                return text.Remove(at, length);
            case 1:
                return text.Insert(at, word);
            case 2:
                return ReplaceCell(text, at, word);
            case 3:
                return text[..random.Next(text.Length + 1)];
            case 4:
                return ReplaceCell(text, at, ReplacementCell(text, random));
            default:
                var lines = text.Split('\n');
                var (i, j) = (random.Next(lines.Length), random.Next(lines.Length));
                (lines[i], lines[j]) = (lines[j], lines[random.Next(lines.Length)]);
                return string.Join('\n', lines);
        }
    }

    private static string ReplacementCell(string text, Random random)
    {
        string[] cells = text.Split(',', '\n');
        return cells[random.Next(cells.Length)];
    }

    private static string ReplaceCell(string text, int at, string word)
    {
        var (begin, end) = (at, at);
        while (begin > 0 && text[begin - 1] is not (',' or '\n')) begin--;
        while (end < text.Length && text[end] is not (',' or '\n')) end++;
        return string.Concat(text.AsSpan(0, begin), word, text.AsSpan(end));
    }
}
