using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Orleans.Kv.Tests.Checking.Machine;

namespace Orleans.Kv.Tests.Processes.Observing;

/// <summary>A collector of OpenTelemetry that keeps the spans it is told of over OTLP (HTTP, protobuf) and nothing else.</summary>
internal sealed class TraceCollector : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly ConcurrentQueue<Span> _spans = new();
    private readonly Task _serving;

    public TraceCollector()
    {
        Endpoint = $"http://127.0.0.1:{Ports.Free()}/";
        _listener.Prefixes.Add(Endpoint);
        _listener.Start();
        _serving = ServeAsync();
    }

    public string Endpoint { get; }

    /// <summary>By what a process is told to send them here, and soon.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = Endpoint + "v1/traces",
        ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"] = "http/protobuf",
        ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
    };

    /// <summary>The spans of a trace so far, in the order of their arrival.</summary>
    public IReadOnlyList<Span> Of(string trace) => [.. _spans.Where(span => span.Trace == trace)];

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving;
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            try
            {
                var context = await _listener.GetContextAsync();
                using var body = new MemoryStream();
                await context.Request.InputStream.CopyToAsync(body);
                if (context.Request.Url!.AbsolutePath == "/v1/traces") Read(body.ToArray());
                context.Response.ContentType = "application/x-protobuf";
                context.Response.Close();
            }
            catch (Exception ended) when (ended is HttpListenerException or ObjectDisposedException or IOException)
            {
                if (!_listener.IsListening) return;
            }
        }
    }

    // ExportTraceServiceRequest: 1 ResourceSpans. ResourceSpans: 1 Resource, 2 ScopeSpans. ScopeSpans: 2 Span. Span: 1 trace, 2 its id, 4 its parent's id, 5 name. Resource: 1 KeyValue; KeyValue: 1 key, 2 AnyValue; AnyValue: 1 text.
    private void Read(byte[] request)
    {
        foreach (var resourceSpans in Fields(request, 1))
        {
            var process = Fields(resourceSpans, 1).SelectMany(resource => Fields(resource, 1)).FirstOrDefault(pair => Text(pair, 1) == "service.instance.id");
            var name = process is null ? "" : Text(Fields(process, 2).Single(), 1);
            foreach (var span in Fields(resourceSpans, 2).SelectMany(scope => Fields(scope, 2)))
                _spans.Enqueue(new Span(Hex(span, 1), Hex(span, 2), Hex(span, 4), Text(span, 5), name));
        }
    }

    private static string Text(byte[] message, int field) => Encoding.UTF8.GetString(Fields(message, field).FirstOrDefault() ?? []);

    private static string Hex(byte[] message, int field) => Convert.ToHexStringLower(Fields(message, field).FirstOrDefault() ?? []);

    /// <summary>What stands, with a length before it, under a field's number.</summary>
    private static List<byte[]> Fields(byte[] message, int field)
    {
        var found = new List<byte[]>();
        for (var at = 0; at < message.Length;)
        {
            var tag = (int)Number(message, ref at);
            switch (tag & 7)
            {
                case 0: Number(message, ref at); break;
                case 1: at += sizeof(ulong); break;
                case 5: at += sizeof(uint); break;
                case 2:
                    var length = (int)Number(message, ref at);
                    if (tag >> 3 == field) found.Add(message[at..(at + length)]);
                    at += length;
                    break;
                default: throw new InvalidDataException($"no protobuf: wire type {tag & 7} at {at}");
            }
        }

        return found;
    }

    private static ulong Number(byte[] message, ref int at)
    {
        var number = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var next = message[at++];
            number |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return number;
        }
    }

    /// <summary>One span, its ids in hexadecimal digits, with the process that told of it.</summary>
    internal readonly record struct Span(string Trace, string Id, string Parent, string Name, string Process);
}
