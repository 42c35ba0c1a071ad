namespace Orleans.Kv.Tests.Runtime.Own.Membership;

internal enum FakeSiloState
{
    Running,
    Paused,
    Killed,
}
