using Orleans.Kv.Telemetry.Export;

namespace Orleans.Kv.Tests.Telemetry.Export;

public sealed class OtlpSettingsTests
{
    [Theory]
    [InlineData("", false, false, false)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4317", true, true, true)]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://c:4317", true, false, false)]
    [InlineData("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT=http://c:4317", false, true, false)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4317 OTEL_LOGS_EXPORTER=none", true, true, false)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4317 OTEL_SDK_DISABLED=true", false, false, false)]
    public void WhatIsPushed_IsWhatTheEnvironmentAsksFor(string variables, bool traces, bool metrics, bool logs)
    {
        var read = Variables(variables);
        Assert.Equal(new OtlpSettings(traces, metrics, logs), OtlpSettings.Read(read));
        Assert.Empty(OtlpSettings.Faults(read));
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=collector:4317")]
    [InlineData("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT=ftp://c")]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL=http/json")]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=thrift")]
    public void AFault_IsNamed(string variable) =>
        Assert.Contains(variable.Replace('=', ' '), Assert.Single(OtlpSettings.Faults(Variables(variable))), StringComparison.Ordinal);

    private static Func<string, string?> Variables(string text)
    {
        var variables = text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        return name => variables.GetValueOrDefault(name);
    }
}
