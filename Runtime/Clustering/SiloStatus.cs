namespace Orleans.Runtime;

/// <summary>Where a silo instance is in its life. It only moves forward.</summary>
[GenerateSerializer]
public enum SiloStatus
{
    /// <summary>Not known.</summary>
    None = 0,

    /// <summary>Made, not started.</summary>
    Created = 1,

    /// <summary>Starting: in the table, takes no grain calls yet.</summary>
    Joining = 2,

    Active = 3,

    /// <summary>Leaving: finishes what it has, takes no new activations.</summary>
    ShuttingDown = 4,

    /// <summary>Leaving at once.</summary>
    Stopping = 5,

    /// <summary>Gone, or declared so: an instance never leaves this state.</summary>
    Dead = 6,
}
