using System.Globalization;

namespace Orleans.Kv.Bench.Measuring;

/// <summary>The processor time of several processes between two moments, per request.</summary>
internal sealed class ProcessorReport(IEnumerable<(string Name, int Id)> processes)
{
    private readonly (string Name, int Id)[] _processes = [.. processes];
    private double[] _before = [];
    private double[] _spent = [];

    public void Start() => _before = [.. _processes.Select(process => ProcessorTime.Seconds(process.Id))];

    public void Stop() => _spent = [.. _processes.Select((process, i) => ProcessorTime.Seconds(process.Id) - _before[i])];

    public string PerRequest(long requests)
    {
        var parts = _processes.Select((process, i) =>
            string.Create(CultureInfo.InvariantCulture, $"{process.Name} {Microseconds(_spent[i], requests):F1}"));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"CPU µs/request: {string.Join("  ", parts)}  all {Microseconds(_spent.Sum(), requests):F1}");
    }

    private static double Microseconds(double seconds, long requests) => seconds * 1e6 / Math.Max(1, requests);
}
