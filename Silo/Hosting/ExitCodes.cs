namespace Orleans.Kv.Silo.Hosting;

/// <summary>What the process says to who started it.</summary>
internal static class ExitCodes
{
    public const int Success = 0;

    /// <summary>The command line is wrong: starting again with the same one cannot help.</summary>
    public const int Usage = 64;

    /// <summary>The surroundings do not let it start: a port in use, a directory that cannot be written.</summary>
    public const int CannotStart = 1;

    /// <summary>
    /// The silo was declared dead by the others, and could not come back because another process has taken its ports meanwhile: starting it again is right once they are free.
    /// </summary>
    public const int CannotRejoin = 75;
}
