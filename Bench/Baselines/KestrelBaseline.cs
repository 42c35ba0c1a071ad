using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Kv.Bench.Measuring;

namespace Orleans.Kv.Bench.Baselines;

/// <summary>The same requests answered by a dictionary behind Kestrel: what HTTP and JSON cost with nothing behind them.</summary>
internal static class KestrelBaseline
{
    public const string Mode = "kestrel-baseline";

    private static readonly ConcurrentDictionary<string, byte[]> Values = new();

    public static ChildProcess Start(string url) => ChildProcess.Self("kestrel", [Mode, "--url", url]);

    public static async Task Run(Arguments arguments)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(arguments.Text("url"));
        await using var app = builder.Build();
        app.Run(Answer);
        await app.StartAsync();
        Console.WriteLine("ready");
        await ((IHost)app).WaitForShutdownAsync();
    }

    private static async Task Answer(HttpContext context)
    {
        var body = await context.Request.BodyReader.ReadAtLeastAsync((int)context.Request.ContentLength.GetValueOrDefault());
        var (key, value) = Read(new Utf8JsonReader(body.Buffer));
        context.Request.BodyReader.AdvanceTo(body.Buffer.End);
        byte[] answer;
        if (context.Request.Path.Equals("/store", StringComparison.Ordinal))
        {
            Values[key] = value;
            answer = """{"version":1,"created":false}"""u8.ToArray();
        }
        else if (!Values.TryGetValue(key, out answer!))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            answer = [];
        }

        context.Response.ContentType = "application/json";
        context.Response.ContentLength = answer.Length;
        await context.Response.BodyWriter.WriteAsync(answer);
    }

    private static (string Key, byte[] Value) Read(Utf8JsonReader reader)
    {
        var (key, value) = ("", Array.Empty<byte>());
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
                continue;
            var isKey = reader.ValueTextEquals("key"u8);
            reader.Read();
            if (isKey)
                key = reader.GetString()!;
            else
                value = reader.HasValueSequence ? System.Buffers.BuffersExtensions.ToArray(reader.ValueSequence) : reader.ValueSpan.ToArray();
        }

        return (key, value);
    }
}
