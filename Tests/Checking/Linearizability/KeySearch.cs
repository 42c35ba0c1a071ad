using System.Globalization;
using System.Numerics;
using System.Text;
using Orleans.Kv.Tests.Checking.Histories;
using Orleans.Kv.Tests.Checking.Models;

namespace Orleans.Kv.Tests.Checking.Linearizability;

/// <summary>The search through the history of one key; <see cref="LinearizabilityChecker"/> says how it works.</summary>
internal sealed class KeySearch
{
    /// <summary>Operations running at the same time, those of unknown outcome included: the width of <see cref="Configuration.Applied"/>.</summary>
    private const int Slots = 128;

    /// <summary>Steps tried for one answer before the search gives up: a few seconds' work.</summary>
    private const int StepBudget = 5_000_000;

    /// <summary>Up to this many explanations are compared with one another; beyond, only equal ones are dropped.</summary>
    private const int Comparable = 64;

    private const int LinesBefore = 12;

    /// <summary>An invocation or a return of an entry. Sorted by time; at equal times invocations first, which is the weaker claim.</summary>
    private readonly record struct Event(long Time, bool IsReturn, int Entry);

    private readonly List<Event> _events = [];
    private readonly int[] _entryOf = new int[Slots];
    private readonly List<int> _freeSlots = [];
    private readonly Stack<Configuration> _open = new();
    private readonly HashSet<Configuration> _seen = [];
    private List<Configuration> _now = [];
    private List<Configuration> _next = [];
    private int[] _slotOf = [];
    private long[] _ceilings = [];
    private UInt128 _running;
    private UInt128 _optional;
    private bool _lookAhead;
    private long _futureCeiling;
    private int _steps;
    private int _failedEvent;

    public Verdict Run(ReadOnlySpan<HistoryEntry> entries, bool lookAhead)
    {
        _lookAhead = lookAhead;
        Prepare(entries);
        _now.Clear();
        _now.Add(new Configuration(RegisterState.Initial, 0));
        for (var i = 0; i < _events.Count; i++)
        {
            var e = _events[i];
            _futureCeiling = _ceilings[i + 1];
            _failedEvent = i;
            if (!e.IsReturn)
            {
                if (_freeSlots.Count == 0)
                    return Verdict.Undecided;
                Begin(entries, e.Entry);
                continue;
            }

            if (!TryEnd(entries, e.Entry))
                return Verdict.Undecided;
            if (_next.Count == 0)
                return Verdict.Violation;
            (_now, _next) = (_next, _now);
        }

        return Verdict.Linearizable;
    }

    private void Prepare(ReadOnlySpan<HistoryEntry> entries)
    {
        _events.Clear();
        for (var i = 0; i < entries.Length; i++)
        {
            _events.Add(new Event(entries[i].Invoked, false, i));
            if (entries[i].Returned != HistoryEntry.Open)
                _events.Add(new Event(entries[i].Returned, true, i));
        }

        _events.Sort(static (a, b) =>
            a.Time != b.Time ? a.Time.CompareTo(b.Time)
            : a.IsReturn != b.IsReturn ? a.IsReturn.CompareTo(b.IsReturn)
            : a.Entry.CompareTo(b.Entry));

        if (_slotOf.Length < entries.Length)
            Array.Resize(ref _slotOf, entries.Length * 2);
        if (_ceilings.Length < _events.Count + 1)
            Array.Resize(ref _ceilings, (_events.Count + 1) * 2);
        _ceilings[_events.Count] = long.MaxValue;
        for (var i = _events.Count - 1; i >= 0; i--)
            _ceilings[i] = _events[i].IsReturn ? _ceilings[i + 1] : Math.Min(_ceilings[i + 1], RegisterModel.Ceiling(entries[_events[i].Entry]));

        _freeSlots.Clear();
        for (var slot = Slots - 1; slot >= 0; slot--)
            _freeSlots.Add(slot);
        _running = 0;
        _optional = 0;
    }

    private void Begin(ReadOnlySpan<HistoryEntry> entries, int entry)
    {
        var slot = _freeSlots[^1];
        _freeSlots.RemoveAt(_freeSlots.Count - 1);
        _slotOf[entry] = slot;
        _entryOf[slot] = entry;
        _running |= UInt128.One << slot;
        if (entries[entry].Returned == HistoryEntry.Open)
            _optional |= UInt128.One << slot;
    }

    /// <summary>Leaves in <see cref="_next"/> every way on in which the operation has taken effect. False when there were too many to try.</summary>
    private bool TryEnd(ReadOnlySpan<HistoryEntry> entries, int entry)
    {
        var bit = UInt128.One << _slotOf[entry];
        ref readonly var ending = ref entries[entry];
        _running &= ~bit;
        _freeSlots.Add(_slotOf[entry]);
        _next.Clear();
        _open.Clear();
        _seen.Clear();
        _steps = 0;
        foreach (var configuration in _now)
        {
            if ((configuration.Applied & bit) != 0)
                Keep(configuration with { Applied = configuration.Applied & ~bit });
            else
                _open.Push(configuration);
        }

        while (_open.TryPop(out var configuration))
        {
            if (RegisterModel.TryStep(configuration.State, ending, out var after))
            {
                var done = ApplyReaders(entries, configuration with { State = after });
                if (!IsDead(entries, done))
                    Keep(done);
                if (after == configuration.State)
                    continue; // It changed nothing, so whatever could come before it can come after it as well.
            }

            if (!TryBranch(entries, configuration))
                return false;
        }

        return true;
    }

    /// <summary>Lets each other running operation take effect first.</summary>
    private bool TryBranch(ReadOnlySpan<HistoryEntry> entries, in Configuration configuration)
    {
        for (var rest = _running & ~configuration.Applied; rest != 0; rest &= rest - 1)
        {
            if (++_steps > StepBudget)
                return false;
            var slot = (int)UInt128.TrailingZeroCount(rest);
            if (!RegisterModel.TryStep(configuration.State, entries[_entryOf[slot]], out var after))
                continue;
            var next = ApplyReaders(entries, new Configuration(after, configuration.Applied | (UInt128.One << slot)));
            if (!IsDead(entries, next) && _seen.Add(next))
                _open.Push(next);
        }

        return true;
    }

    /// <summary>Where the state is fully known, all that only reads and fits takes effect now.</summary>
    private Configuration ApplyReaders(ReadOnlySpan<HistoryEntry> entries, in Configuration configuration)
    {
        if (!configuration.State.Exact)
            return configuration;
        var applied = configuration.Applied;
        for (var rest = _running & ~applied & ~_optional; rest != 0; rest &= rest - 1)
        {
            var slot = (int)UInt128.TrailingZeroCount(rest);
            ref readonly var entry = ref entries[_entryOf[slot]];
            if (RegisterModel.IsReader(entry) && RegisterModel.TryStep(configuration.State, entry, out _))
                applied |= UInt128.One << slot;
        }

        return configuration with { Applied = applied };
    }

    /// <summary>Whether the version has already passed what an answer is going to say.</summary>
    private bool IsDead(ReadOnlySpan<HistoryEntry> entries, in Configuration configuration)
    {
        if (!_lookAhead)
            return false;
        if (configuration.State.Floor > _futureCeiling)
            return true;
        for (var rest = _running & ~configuration.Applied & ~_optional; rest != 0; rest &= rest - 1)
        {
            if (configuration.State.Floor > RegisterModel.Ceiling(entries[_entryOf[(int)UInt128.TrailingZeroCount(rest)]]))
                return true;
        }

        return false;
    }

    private void Keep(in Configuration candidate)
    {
        if (_next.Count > Comparable)
        {
            // The sets in _seen are of operations that run while the ending one still does; a marker bit keeps the two apart.
            if (_seen.Add(candidate with { State = candidate.State with { Floor = ~candidate.State.Floor } }))
                _next.Add(candidate);
            return;
        }

        for (var i = _next.Count - 1; i >= 0; i--)
        {
            if (Covers(_next[i], candidate))
                return;
            if (Covers(candidate, _next[i]))
            {
                _next[i] = _next[^1];
                _next.RemoveAt(_next.Count - 1);
            }
        }

        _next.Add(candidate);
    }

    private bool Covers(in Configuration one, in Configuration other) =>
        (one.Applied & ~_optional) == (other.Applied & ~_optional)
        && (one.Applied & ~other.Applied) == 0
        && one.State.Covers(other.State);

    /// <summary>Why the last run ended where it did.</summary>
    public string Explain(ReadOnlySpan<HistoryEntry> entries)
    {
        var failed = _events[_failedEvent];
        var text = new StringBuilder();
        if (!failed.IsReturn)
            return text.Append(CultureInfo.InvariantCulture, $"more than {Slots} operations run at once or are open, at {entries[failed.Entry]}").ToString();

        text.Append(CultureInfo.InvariantCulture, $"this answer fits no order of the operations:\n    {entries[failed.Entry]}\n");
        text.Append(_lookAhead ? "  (or another running or later one cannot follow it)\n" : "");
        text.Append("  what the register could be when it came, before it took effect:\n");
        foreach (var configuration in _now.Take(LinesBefore))
            text.Append(CultureInfo.InvariantCulture, $"    {configuration.State}\n");
        text.Append("  running at that moment, or open:\n");
        for (var rest = _running; rest != 0; rest &= rest - 1)
            text.Append(CultureInfo.InvariantCulture, $"    {entries[_entryOf[(int)UInt128.TrailingZeroCount(rest)]]}\n");
        text.Append("  answered before it, the latest first:\n");
        for (int i = _failedEvent - 1, lines = 0; i >= 0 && lines < LinesBefore; i--)
        {
            if (_events[i].IsReturn)
            {
                text.Append(CultureInfo.InvariantCulture, $"    {entries[_events[i].Entry]}\n");
                lines++;
            }
        }

        return text.ToString();
    }
}
