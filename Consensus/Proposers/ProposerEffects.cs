using System.Runtime.InteropServices;

namespace Orleans.Kv.Consensus;

/// <summary>
/// What a proposer wants done since the shell last looked: owned and reused by the proposer, emptied by <see cref="Clear"/>.
/// </summary>
public sealed class ProposerEffects
{
    private readonly List<Send> _sends = [];
    private readonly List<Answer> _answers = [];
    private readonly List<KeyChange> _changes = [];

    internal ProposerEffects()
    {
    }

    /// <summary>Valid until the next call of the proposer or of <see cref="Clear"/>.</summary>
    public ReadOnlySpan<Send> Sends => CollectionsMarshal.AsSpan(_sends);

    /// <summary>Valid until the next call of the proposer or of <see cref="Clear"/>.</summary>
    public ReadOnlySpan<Answer> Answers => CollectionsMarshal.AsSpan(_answers);

    /// <summary>
    /// What is committed of the key, in the order of versions, for those who watch it; empty unless <see cref="Proposer.ReportsChanges"/>. Valid until the next call of the proposer or
    /// of <see cref="Clear"/>.
    /// </summary>
    public ReadOnlySpan<KeyChange> Changes => CollectionsMarshal.AsSpan(_changes);

    public bool IsEmpty => _sends.Count == 0 && _answers.Count == 0 && _changes.Count == 0;

    public void Clear()
    {
        _sends.Clear();
        _answers.Clear();
        _changes.Clear();
    }

    internal void Add(in Send send) => _sends.Add(send);

    internal void Add(in Answer answer) => _answers.Add(answer);

    internal void Add(in KeyChange change) => _changes.Add(change);
}
