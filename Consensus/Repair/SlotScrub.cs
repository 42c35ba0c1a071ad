namespace Orleans.Kv.Consensus;

/// <summary>
/// Reads all states of a slot and compares their bytes with the hashes they were accepted with, in bounded steps, so that nobody waits long for the shell's lock. What
/// is written meanwhile is fresh and need not be looked at; one that is found corrupt answers nothing from then on (see <see cref="SlotRegisters"/>) and
/// makes the slot's digest another one. Not thread safe, like the registers.
/// </summary>
public sealed class SlotScrub
{
    /// <summary>A step of so many bytes takes some tens of microseconds.</summary>
    public const int StepBytes = 256 * 1024;

    // Short states cost more by the lookup than by the bytes.
    private const int BytesPerState = 256;

    private readonly SlotRegisters _registers;
    private readonly Key[] _keys;
    private int _next;

    public SlotScrub(SlotRegisters registers)
    {
        ArgumentNullException.ThrowIfNull(registers);
        _registers = registers;
        _keys = [.. registers.All.Keys];
    }

    public bool IsDone => _next == _keys.Length;

    /// <summary>Looks at the next states, at least one. Adds the keys of corrupt ones, whether they were known or not.</summary>
    public void Step(ICollection<Key> corrupt)
    {
        ArgumentNullException.ThrowIfNull(corrupt);
        for (var bytes = 0L; bytes < StepBytes && !IsDone;)
        {
            var key = _keys[_next++];
            if (!_registers.All.TryGetValue(key, out var register))
                continue;
            bytes += BytesPerState + (register.State?.Bytes ?? 0);
            if (!_registers.IsSound(key, register))
                corrupt.Add(key);
        }
    }
}
