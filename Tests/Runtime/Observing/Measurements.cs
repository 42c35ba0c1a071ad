using System.Diagnostics.Metrics;

namespace Orleans.Kv.Tests.Runtime.Observing;

/// <summary>What the engine's meter says at one moment, of all silos and clients in this process together.</summary>
internal sealed class Measurements : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Lock _gate = new();
    private readonly HashSet<string> _names = [];
    private readonly List<(string Name, int Value, string? Type)> _values = [];

    public Measurements()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name != "Microsoft.Orleans") return;
            lock (_gate) _names.Add(instrument.Name);
            listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) =>
        {
            string? type = null;
            foreach (var tag in tags)
            {
                if (tag.Key == "type") type = tag.Value?.ToString();
            }

            lock (_gate) _values.Add((instrument.Name, value, type));
        });
        _listener.Start();
    }

    public IReadOnlyCollection<string> Names
    {
        get
        {
            lock (_gate) return [.. _names];
        }
    }

    /// <summary>Asks all that can be asked for its value.</summary>
    public IReadOnlyList<(string Name, int Value, string? Type)> Read()
    {
        lock (_gate) _values.Clear();
        _listener.RecordObservableInstruments();
        lock (_gate) return [.. _values];
    }

    public void Dispose() => _listener.Dispose();
}
