using System.Globalization;
using Orleans.Kv.Api.Problems;
using Orleans.Kv.Interfaces.Availability;

namespace Orleans.Kv.Api.Conflicts;

/// <summary>Which page of the conflicts is asked for.</summary>
internal readonly record struct ConflictQuery(int Limit, string? After)
{
    public const int DefaultLimit = 100;

    /// <summary>An id carries its key, of at most 1,024 bytes, a clock and a silo's name, spelt for paths.</summary>
    public const int MaxIdLength = 2_048;

    /// <summary>Strict, as bodies are: a misspelt parameter must not be taken for the default.</summary>
    public static Problem? Read(IQueryCollection parameters, out ConflictQuery query)
    {
        query = new ConflictQuery(DefaultLimit, null);
        foreach (var (name, values) in parameters)
        {
            if (name is not ("limit" or "after")) return Problem.BadField(ProblemCode.UnknownField, name, $"{name}: this request has no such parameter");
            if (values is not [{ } value]) return Problem.BadField(ProblemCode.DuplicateField, name, $"{name}: appears more than once");
            if (name == "after")
            {
                if (value.Length is 0 or > MaxIdLength) return Problem.BadField(ProblemCode.InvalidField, "after", "after: must be the id of a conflict, as a page gives it in next");
                query = query with { After = value };
            }
            else if (int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= ConflictPage.MaxEntries)
            {
                query = query with { Limit = limit };
            }
            else
            {
                return Problem.BadField(ProblemCode.InvalidField, "limit", $"limit: must be from 1 to {ConflictPage.MaxEntries}");
            }
        }

        return null;
    }
}
