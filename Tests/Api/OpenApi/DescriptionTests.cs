using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.OpenApi;
using Microsoft.OpenApi.Reader;
using Orleans.Kv.Api.Hosting;
using Orleans.Kv.Api.OpenApi;
using Orleans.Kv.Api.Problems;
using Orleans.Kv.Api.Routing;
using Orleans.Kv.Tests.Api.Routing;

namespace Orleans.Kv.Tests.Api.OpenApi;

/// <summary>The description is complete, consistent, and OpenAPI.</summary>
public sealed partial class DescriptionTests
{
    private readonly JsonElement _document = JsonDocument.Parse(Description.Compose()).RootElement;

    [Fact]
    public async Task EveryRoute_IsDescribed_AndNothingElse()
    {
        await using var app = ApiHost.Build(new ApiOptions { Port = 0, LogLevel = LogLevel.None }, web => web.Services.AddSingleton<ICluster>(new FakeCluster()));
        var mapped = ((IEndpointRouteBuilder)app).DataSources
            .SelectMany(source => source.Endpoints.OfType<RouteEndpoint>())
            .SelectMany(route => route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Select(method => $"{method} {route.RoutePattern.RawText}"));

        Assert.Equal(mapped.Order(StringComparer.Ordinal), Operations().Select(operation => operation.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task ItIsOpenApi_ByTheRulesOfItsOwnLibrary()
    {
        using var stream = new MemoryStream(Description.Compose());
        var (document, diagnostic) = await OpenApiDocument.LoadAsync(stream, "json", new OpenApiReaderSettings());

        Assert.Empty(diagnostic!.Errors);
        Assert.Empty(diagnostic.Warnings);
        Assert.Equal(OpenApiSpecVersion.OpenApi3_1, diagnostic.SpecificationVersion);
        Assert.NotEmpty(document!.Paths);
    }

    [Fact]
    public void EveryReference_LeadsSomewhere_AndEveryPartIsUsed()
    {
        var text = _document.GetRawText();
        var used = Reference().Matches(text).Select(match => match.Groups[1].Value).ToHashSet(StringComparer.Ordinal);
        var there = _document.GetProperty("components").EnumerateObject().Where(kind => kind.Name != "securitySchemes").SelectMany(kind => kind.Value.EnumerateObject().Select(part => $"#/components/{kind.Name}/{part.Name}"));
        Assert.Equal(used.Order(StringComparer.Ordinal), there.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void OperationsHaveNamesOfTheirOwn_ASummary_AndATagThatIsExplained()
    {
        var tags = _document.GetProperty("tags").EnumerateArray().Select(tag => tag.GetProperty("name").GetString()).ToHashSet();
        var operations = Operations().ToArray();
        Assert.Equal(operations.Length, operations.Select(operation => operation.Value.GetProperty("operationId").GetString()).Distinct().Count());
        Assert.All(operations, operation =>
        {
            Assert.NotEmpty(operation.Value.GetProperty("summary").GetString()!);
            Assert.Contains(Assert.Single(operation.Value.GetProperty("tags").EnumerateArray()).GetString(), tags);
        });
    }

    [Fact]
    public void EveryProblemCode_IsNamed()
    {
        var codes = typeof(ProblemCode).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!);
        var named = _document.GetProperty("components").GetProperty("schemas").GetProperty("Problem").GetProperty("properties").GetProperty("code").GetProperty("enum");
        Assert.Equal(codes.Order(StringComparer.Ordinal), named.EnumerateArray().Select(code => code.GetString()!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void EveryExample_IsWhatItsSchemaSays()
    {
        var check = new SchemaCheck(_document);
        var faults = new List<string>();
        var count = 0;
        foreach (var (where, media) in Media(_document, "#"))
        {
            if (!media.TryGetProperty("schema", out var schema)) continue;
            foreach (var (name, example) in ExamplesOf(media))
            {
                count++;
                // Batches are of many shapes: what they have beside their own members is checked where they are carried out.
                faults.AddRange(check.FaultsOf(example, schema, $"{where} {name}").Where(fault => !where.Contains("/batch", StringComparison.Ordinal) || !fault.Contains("is not described", StringComparison.Ordinal)));
            }
        }

        Assert.Empty(faults);
        Assert.True(count > 40, $"expected more than 40 examples, found {count}");
    }

    [Fact]
    public void ThePage_LoadsNothingFromElsewhere()
    {
        var page = System.Text.Encoding.UTF8.GetString(Resource.ReadAll("docs.html"));
        Assert.DoesNotContain("://", page, StringComparison.Ordinal);
        Assert.DoesNotMatch("""(?i)<(link|img|iframe|object|embed)\b|\bsrc\s*=|@import|(?-i:url\()""", page);
        // What it shows comes from a document, and must not become HTML.
        Assert.DoesNotMatch("innerHTML|outerHTML|insertAdjacentHTML|document\\.write", page);
    }

    internal static IEnumerable<(string Name, JsonElement Value)> ExamplesOf(JsonElement media)
    {
        if (media.TryGetProperty("example", out var single)) yield return ("", single);
        if (!media.TryGetProperty("examples", out var several)) yield break;
        foreach (var example in several.EnumerateObject()) yield return (example.Name, example.Value.GetProperty("value"));
    }

    private IEnumerable<(string Name, JsonElement Value)> Operations() =>
        from path in _document.GetProperty("paths").EnumerateObject()
        from operation in path.Value.EnumerateObject()
        where operation.Name != "parameters"
        select ($"{operation.Name.ToUpperInvariant()} {path.Name}", operation.Value);

    private static IEnumerable<(string Where, JsonElement Media)> Media(JsonElement node, string at)
    {
        if (node.ValueKind == JsonValueKind.Array) return node.EnumerateArray().SelectMany((one, i) => Media(one, $"{at}/{i}"));
        if (node.ValueKind != JsonValueKind.Object) return [];
        return node.EnumerateObject().SelectMany(member => member.Name == "content"
            ? member.Value.EnumerateObject().Select(media => ($"{at}/{media.Name}", media.Value))
            : Media(member.Value, $"{at}/{member.Name}"));
    }

    [GeneratedRegex("\"\\$ref\":\"([^\"]+)\"")]
    private static partial Regex Reference();
}
