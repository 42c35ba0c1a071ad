using System.Text.Json.Serialization;
using Orleans.Kv.Api.Problems;
using Orleans.Kv.Consensus;
using Orleans.Kv.Interfaces.Listing;

namespace Orleans.Kv.Api.Listing;

/// <summary>The body of <c>POST /list</c>.</summary>
internal sealed record ListInput(string? Prefix = null, string? After = null, int? Limit = null)
{
    public const int DefaultLimit = 100;

    /// <summary>Two keys written in six-byte escapes throughout, the limit, and white space.</summary>
    public const int MaxBodyBytes = 16 * 1024;

    /// <summary>What is wrong with the question; null for nothing.</summary>
    public Problem? Check()
    {
        if (Limit is < 1 or > KeyPage.MaxKeys) return Problem.BadField(ProblemCode.InvalidField, "limit", $"limit: must be from 1 to {KeyPage.MaxKeys}");
        return Check("prefix", Prefix) ?? Check("after", After);
    }

    private static Problem? Check(string field, string? text) =>
        string.IsNullOrEmpty(text) || Key.TryFrom(text, out _, out _)
            ? null
            : Problem.BadField(ProblemCode.InvalidField, field, $"{field}: must be the beginning of a key, at most {Key.MaxBytes} bytes of UTF-8, without lone surrogates");
}

/// <summary>Strict, as operations are: a misspelt prefix must not list everything.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(ListInput))]
internal sealed partial class ListJson : JsonSerializerContext;
