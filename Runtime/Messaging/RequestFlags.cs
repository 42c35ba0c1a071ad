namespace Orleans.Runtime.Messaging;

[Flags]
internal enum RequestFlags : byte
{
    None = 0,
    OneWay = 1,
    ReadOnly = 2,
    AlwaysInterleave = 4,

    /// <summary>Placement has chosen the receiver: it shall create the activation.</summary>
    NewPlacement = 8,
    HasSource = 16,
    HasReentrancy = 32,
    HasContext = 64,
}
