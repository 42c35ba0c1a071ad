using Orleans.Kv.Api.Problems;

namespace Orleans.Kv.Api.Modes;

/// <summary>The body of <c>POST /conf</c>: the mode by its number or by its name.</summary>
internal sealed record ModeInput(int? V, string? Mode)
{
    public const int Consistent = 1;
    public const int Available = 2;

    /// <summary>The mode that is asked for, or what is wrong with the question.</summary>
    public static Problem? Check(ModeInput input, out int mode)
    {
        mode = (input.V, input.Mode) switch
        {
            (Consistent or Available, null) => input.V.Value,
            (null, "CP") => Consistent,
            (null, "AP") => Available,
            _ => 0,
        };
        if (mode != 0) return null;
        return (input.V, input.Mode) switch
        {
            (null, null) => Problem.BadField(ProblemCode.MissingField, "mode", "mode: the field is required, or v in its place"),
            (not null, not null) => Problem.BadField(ProblemCode.InvalidField, "v", "v: says the same as mode; give one of the two"),
            (not null, null) => Problem.BadField(ProblemCode.InvalidField, "v", "v: must be 1 (CP) or 2 (AP)"),
            _ => Problem.BadField(ProblemCode.InvalidField, "mode", "mode: must be \"CP\" or \"AP\""),
        };
    }
}
