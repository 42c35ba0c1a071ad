using System.Globalization;
using Microsoft.Net.Http.Headers;
using Orleans.Kv.Api.Problems;

namespace Orleans.Kv.Api.Keys;

/// <summary>What <c>If-Match</c> and <c>If-None-Match</c> (RFC 9110, section 13.1) ask of the key before it is written. A tag is a version.</summary>
/// <param name="IfVersion">Only where the key has this version.</param>
/// <param name="IfAbsent">Only where the key does not exist.</param>
/// <param name="IfPresent">Only where it does.</param>
internal readonly record struct WriteCondition(long? IfVersion, bool IfAbsent, bool IfPresent)
{
    // What a tag stands for that none of our answers ever had, and a weak one, which by the RFC never matches a write. No key lives long enough to get there.
    private const long NoVersion = long.MaxValue;

    public bool IsAny => IfVersion is not null || IfAbsent || IfPresent;

    /// <summary>Reads the headers; a problem where they say nothing that can be kept. A condition that is passed over would destroy data.</summary>
    public static Problem? TryRead(HttpRequest request, out WriteCondition condition)
    {
        condition = default;
        var match = request.Headers.IfMatch;
        var noneMatch = request.Headers.IfNoneMatch;
        if (match.Count == 0 && noneMatch.Count == 0) return null;
        if (match.Count > 0 && noneMatch.Count > 0) return Bad("If-Match", "says with If-None-Match what can never both be true");
        if (noneMatch.Count > 0)
        {
            if (noneMatch.Count != 1 || noneMatch[0]?.Trim() != "*") return Bad("If-None-Match", "must be * for a write: only where the key does not exist");
            condition = new WriteCondition(null, IfAbsent: true, IfPresent: false);
            return null;
        }

        if (!EntityTagHeaderValue.TryParseStrictList([.. match!], out var tags) || tags.Count != 1)
            return Bad("If-Match", "must be * or one version in quotes, as the ETag of an answer has it");
        var tag = tags[0];
        condition = tag.Equals(EntityTagHeaderValue.Any) ? new WriteCondition(null, false, IfPresent: true) : new WriteCondition(VersionOf(tag), false, false);
        return null;
    }

    /// <summary>The tag of a version, as answers show it.</summary>
    public static string Tag(long version) => string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");

    private static long VersionOf(EntityTagHeaderValue tag) =>
        !tag.IsWeak && long.TryParse(tag.Tag.AsSpan().Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var version) && version > 0
            ? version
            : NoVersion;

    private static Problem Bad(string header, string detail) => Problem.BadField(ProblemCode.InvalidField, header, $"{header}: {detail}");
}
