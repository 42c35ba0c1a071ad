namespace Orleans.Kv.Cli;

/// <summary>What <c>kv</c> says to the script that runs it.</summary>
internal static class ExitCodes
{
    /// <summary>Done.</summary>
    public const int Ok = 0;

    /// <summary>The answer is no: the key or silo does not exist, the key holds something else than was expected, not in sync, not confirmed by all, not agreed to.</summary>
    public const int NotFound = 1;

    /// <summary>The command line is wrong: the same one will never work.</summary>
    public const int Usage = 2;

    /// <summary>The cluster or what it needs is not available, or what became of the operation is unknown: trying again may help.</summary>
    public const int Unavailable = 3;

    /// <summary>
    /// The write is kept and not committed (the available mode, without a quorum): it counts when the other silos are back, unless a later one does. Neither done nor refused, so a
    /// script that needs to know is told.
    /// </summary>
    public const int NotCommitted = 4;

    /// <summary>Interrupted before the end (Ctrl-C), as shells say it: 128 and the number of the signal.</summary>
    public const int Interrupted = 130;
}
