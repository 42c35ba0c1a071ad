namespace Orleans.Kv.Interfaces.Security;

/// <summary>What somebody may do. Each role may do what those before it may.</summary>
public enum Role
{
    /// <summary>Read keys, lists and watches, and look at the cluster.</summary>
    Read = 1,

    /// <summary>Change keys.</summary>
    Write = 2,

    /// <summary>Change the cluster: its mode, its members, what it logs.</summary>
    Admin = 3,
}
