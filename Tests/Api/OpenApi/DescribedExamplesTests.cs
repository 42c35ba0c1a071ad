using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Orleans.Kv.Tests.Api.Hosting;

namespace Orleans.Kv.Tests.Api.OpenApi;

/// <summary>The examples of the description, sent as they stand there, are answered as they stand there.</summary>
[Collection(ApiCollection.Name)]
public sealed class DescribedExamplesTests(ApiFixture api) : IDisposable
{
    // In this order each finds what the one before has left.
    private static readonly (string Method, string Path, string Example, int Status)[] Steps =
    [
        ("post", "/store", "create", 201),
        ("post", "/store", "replace", 200),
        ("post", "/store", "image", 201),
        ("post", "/fetch", "plain", 200),
        ("post", "/fetch", "image", 200),
        ("post", "/update", "update", 200),
        ("post", "/delete", "delete", 200),
        ("post", "/testset", "lock", 200),
        ("post", "/testset", "held", 200),
        ("post", "/touch", "touch", 200),
        ("post", "/batch", "batch", 200),
        ("post", "/list", "page", 200),
        ("put", "/key-value-store/{key}", "put", 201),
        ("get", "/key-value-store/{key}", "get", 200),
        ("delete", "/key-value-store/{key}", "delete", 200),
        ("post", "/set/{key}", "raw", 200),
        ("put", "/set/{key}", "again", 200),
        ("get", "/get/{key}", "raw", 200),
        ("get", "/conf", "mode", 200),
        ("get", "/cluster", "cluster", 200),
        ("post", "/issynch", "all", 200),
        ("post", "/cluster/recover", "ask", 200),
        ("get", "/conflicts", "conflicts", 200),
        ("get", "/log-level", "levels", 200),
        ("post", "/log-level", "debug", 200),
        ("post", "/log-level", "back", 200),
        ("get", "/health/live", "live", 200),
        ("get", "/health/ready", "ready", 200),
        ("post", "/conf", "number", 200),
        ("post", "/conf", "name", 200),
    ];

    // Would leave the silos that other tests share in another state.
    private static readonly string[] NotTried = ["post /cluster/drain drain"];

    // What differs from one time and cluster to the next: there the kind of value is enough.
    private static readonly HashSet<string> Passing = ["apiVersion", "modified", "expires", "epoch", "store", "leader", "leaderSays", "nodes", "survivors", "detail", "inSync", "lastMigration", "levels", "migrating", "migration", "slots"];

    private readonly HttpClient _http = new() { BaseAddress = api.Address };

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task EveryExample_IsAnsweredAsDescribed()
    {
        var document = await DocumentAsync();
        var check = new SchemaCheck(document);
        foreach (var (method, path, example, status) in Steps)
        {
            var step = $"{method} {path} {example}";
            var operation = document.GetProperty("paths").GetProperty(path).GetProperty(method);
            using var response = await SendAsync(method, path, operation, example);
            var body = await response.Content.ReadAsStringAsync();
            Assert.True((int)response.StatusCode == status, $"{step}: expected {status}, saw {(int)response.StatusCode} {body}");

            var media = operation.GetProperty("responses").GetProperty(status.ToString(provider: null)).GetProperty("content").EnumerateObject().Single();
            var described = media.Value.GetProperty("examples").GetProperty(example).GetProperty("value");
            if (media.Name == "*/*")
            {
                Assert.Equal(described.GetString(), body);
                continue;
            }

            var answer = JsonDocument.Parse(body).RootElement;
            if (path != "/batch") Assert.Empty(check.FaultsOf(answer, media.Value.GetProperty("schema"), step));
            Assert.Empty(Differences(described, answer, step));
        }
    }

    [Fact]
    public async Task EveryExampleOfARequest_IsTried()
    {
        var document = await DocumentAsync();
        var described =
            from path in document.GetProperty("paths").EnumerateObject()
            from operation in path.Value.EnumerateObject()
            where operation.Value.ValueKind == JsonValueKind.Object && operation.Value.TryGetProperty("requestBody", out _)
            from media in operation.Value.GetProperty("requestBody").GetProperty("content").EnumerateObject()
            from example in DescriptionTests.ExamplesOf(media.Value)
            select $"{operation.Name} {path.Name} {example.Name}";

        Assert.Empty(described.Except(Steps.Select(step => $"{step.Method} {step.Path} {step.Example}")).Except(NotTried));
    }

    [Fact]
    public async Task DocumentAndPage_AreServed_AndKnownOnesSpared()
    {
        foreach (var (path, type) in ((string, string)[])[("/openapi/v1.json", "application/json"), ("/docs", "text/html")])
        {
            using var first = await _http.GetAsync(path);
            Assert.Equal((200, type), ((int)first.StatusCode, first.Content.Headers.ContentType!.MediaType));
            using var again = new HttpRequestMessage(HttpMethod.Get, path);
            again.Headers.IfNoneMatch.Add(first.Headers.ETag!);
            using var second = await _http.SendAsync(again);
            Assert.Equal(304, (int)second.StatusCode);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(string method, string path, JsonElement operation, string example)
    {
        var key = path.StartsWith("/key-value-store", StringComparison.Ordinal) ? "docs/path" : "docs/raw";
        using var request = new HttpRequestMessage(new HttpMethod(method.ToUpperInvariant()), path.Replace("{key}", key, StringComparison.Ordinal));
        if (operation.TryGetProperty("requestBody", out var body))
        {
            var media = body.GetProperty("content").EnumerateObject().First();
            var value = media.Value.GetProperty("examples").GetProperty(example).GetProperty("value");
            var text = media.Name == "application/json" ? value.GetRawText() : value.GetString()!;
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(text));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(media.Name);
        }

        return await _http.SendAsync(request);
    }

    private static IEnumerable<string> Differences(JsonElement described, JsonElement seen, string at)
    {
        if (described.ValueKind == JsonValueKind.Object && seen.ValueKind == JsonValueKind.Object)
        {
            var names = described.EnumerateObject().Select(member => member.Name).ToArray();
            if (!names.SequenceEqual(seen.EnumerateObject().Select(member => member.Name))) return [$"{at}: has other members than {string.Join(", ", names)}: {seen}"];
            return names.Where(name => !Passing.Contains(name)).SelectMany(name => Differences(described.GetProperty(name), seen.GetProperty(name), $"{at}.{name}"));
        }

        if (described.ValueKind == JsonValueKind.Array && seen.ValueKind == JsonValueKind.Array && described.GetArrayLength() == seen.GetArrayLength())
            return described.EnumerateArray().Zip(seen.EnumerateArray()).SelectMany((pair, i) => Differences(pair.First, pair.Second, $"{at}[{i}]"));
        return JsonElement.DeepEquals(described, seen) ? [] : [$"{at}: described {described}, seen {seen}"];
    }

    private async Task<JsonElement> DocumentAsync() => JsonDocument.Parse(await _http.GetStringAsync("/openapi/v1.json")).RootElement;
}
