using System.Globalization;
using System.Text;
using Orleans.Kv.Api.Operations;
using Orleans.Kv.Api.Problems;
using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Api.Keys;

/// <summary>What the query of a key's resource may say. As strict as bodies are: what is misspelt is refused and not passed over.</summary>
internal readonly record struct KeyQuery(long TtlMilliseconds, ReadConsistency Consistency, Guid? RequestOrigin)
{
    /// <summary>For requests that read.</summary>
    public const string Consistent = "consistency";

    /// <summary>For requests that write a value.</summary>
    public const string Ttl = "ttl";

    /// <summary>For requests that write.</summary>
    public const string RequestId = "requestId";

    public static Problem? TryRead(HttpRequest request, ReadOnlySpan<string> allowed, out KeyQuery query)
    {
        query = default;
        if (!request.QueryString.HasValue) return null;
        foreach (var (name, values) in request.Query)
        {
            if (!allowed.Contains(name)) return Bad(ProblemCode.UnknownField, name, "this resource has no such parameter");
            if (values.Count != 1) return Bad(ProblemCode.DuplicateField, name, "the parameter appears more than once");
            var value = values[0] ?? "";
            var problem = name switch
            {
                Ttl => ReadTtl(value, ref query),
                Consistent => ReadConsistent(value, ref query),
                _ => ReadRequestId(value, ref query),
            };
            if (problem is not null) return problem;
        }

        return null;
    }

    private static Problem? ReadTtl(string text, ref KeyQuery query)
    {
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)
            || !OperationLimits.TryMilliseconds(seconds, out var milliseconds))
        {
            return Bad(
                ProblemCode.InvalidField, Ttl, $"must be a number of seconds above 0 and at most {OperationLimits.MaxTtlSeconds:0} (a hundred years)");
        }

        query = query with { TtlMilliseconds = milliseconds };
        return null;
    }

    private static Problem? ReadConsistent(string text, ref KeyQuery query)
    {
        if (text is not ("strong" or "eventual")) return Bad(ProblemCode.InvalidField, Consistent, "must be \"strong\" or \"eventual\"");
        query = query with { Consistency = text == "strong" ? ReadConsistency.Strong : ReadConsistency.Eventual };
        return null;
    }

    private static Problem? ReadRequestId(string text, ref KeyQuery query)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        if (utf8.Length is 0 or > OperationLimits.MaxRequestIdBytes)
            return Bad(ProblemCode.InvalidField, RequestId, $"must have 1 to {OperationLimits.MaxRequestIdBytes} bytes of UTF-8");
        query = query with { RequestOrigin = Operations.RequestOrigin.Of(utf8) };
        return null;
    }

    private static Problem Bad(string code, string name, string detail) => Problem.BadField(code, name, $"{name}: {detail}");
}
