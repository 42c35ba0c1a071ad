namespace Orleans.Runtime;

internal enum ActivationState
{
    /// <summary>Not ready; requests wait.</summary>
    Activating,

    Valid,

    /// <summary>Will end when the running requests are done; new ones wait, to be sent elsewhere.</summary>
    Draining,

    /// <summary>Running its <c>OnDeactivateAsync</c>.</summary>
    Deactivating,

    /// <summary>Whatever still comes is sent on.</summary>
    Gone,
}
