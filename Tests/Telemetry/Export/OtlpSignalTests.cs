using OpenTelemetry.Exporter;
using Orleans.Kv.Telemetry.Export;

namespace Orleans.Kv.Tests.Telemetry.Export;

public sealed class OtlpSignalTests
{
    [Fact]
    public void WhatIsSaidOfASignal_IsTakenForThatOne_AndItsAddressAsItStands()
    {
        var variables = new Dictionary<string, string?>
        {
            ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = "http://collector:4318/here",
            ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"] = "http/protobuf",
            ["OTEL_EXPORTER_OTLP_TRACES_HEADERS"] = "key=value",
            ["OTEL_EXPORTER_OTLP_TRACES_TIMEOUT"] = "1500",
        };
        OtlpExporterOptions traces = new(), logs = new();
        var former = (logs.Endpoint, logs.Protocol, logs.Headers, logs.TimeoutMilliseconds);

        OtlpSignal.Traces.Apply(traces, variables.GetValueOrDefault);
        OtlpSignal.Logs.Apply(logs, variables.GetValueOrDefault);

        Assert.Equal((new Uri("http://collector:4318/here"), OtlpExportProtocol.HttpProtobuf, "key=value", 1500), (traces.Endpoint, traces.Protocol, traces.Headers, traces.TimeoutMilliseconds));
        Assert.Equal(former, (logs.Endpoint, logs.Protocol, logs.Headers, logs.TimeoutMilliseconds));
    }
}
