namespace Orleans.Kv.Interfaces.Security;

/// <summary>Roles as files of tokens and answers write them.</summary>
public static class RoleNames
{
    public static string NameOf(Role role) => role switch { Role.Read => "read", Role.Write => "write", _ => "admin" };
}
