namespace Orleans.Kv.Api.Files;

/// <summary>Why a file operation did not happen. What talks to people turns these into its own codes.</summary>
internal enum FileFault
{
    NotFound,
    NotADirectory,
    IsADirectory,
    Exists,
    NotEmpty,

    /// <summary>The path breaks a rule: too long, or not a name.</summary>
    BadPath,

    /// <summary>The store holds something else under the path's key: no manifest that this program wrote.</summary>
    NotAFile,

    /// <summary>A bound of the file store is met.</summary>
    TooLarge,

    /// <summary>An offset lies beyond the end.</summary>
    BadOffset,

    /// <summary>Somebody else is changing the same file. Trying again helps.</summary>
    Busy,

    /// <summary>What was being read has been replaced or deleted meanwhile.</summary>
    Gone,

    /// <summary>The store does not answer, or has no quorum. Not done, or not known; trying again helps.</summary>
    Unavailable,
}
