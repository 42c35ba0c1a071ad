using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Orleans.Kv.Tests.Store.Clusters;

/// <summary>Keeps what was logged, by the event's name.</summary>
public sealed class RecordedLogs : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<(string? Event, LogLevel Level, string Text)> _lines = new();

    public string[] Of(string name, LogLevel level) => [.. _lines.Where(line => line.Event == name && line.Level == level).Select(line => line.Text)];

    /// <summary>Everything of a level, with the faults that were logged.</summary>
    public string[] All(LogLevel level) => [.. _lines.Where(line => line.Level == level).Select(line => line.Text)];

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue((eventId.Name, logLevel, exception is null ? formatter(state, exception) : $"{formatter(state, exception)} {exception.Message}"));

    public void Dispose()
    {
    }
}
