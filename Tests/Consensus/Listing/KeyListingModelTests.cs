using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Listing;

/// <summary>
/// One key under proposers that come, are interrupted and go, while its replicas answer a listing one after another. What the key was all the while must be what the listing says, or it says
/// that it does not know; and it must know where nothing happens.
/// </summary>
public sealed class KeyListingModelTests
{
    private const int Histories = 20_000;
    private const int Steps = 30;

    [Theory]
    [InlineData(3, WriteQuorum.Majority)]
    [InlineData(2, WriteQuorum.Majority)]
    [InlineData(3, WriteQuorum.All)]
    public void Listing_SaysWhatTheKeyWasAllTheWhile_OrThatItDoesNotKnow(int nodes, WriteQuorum writeQuorum)
    {
        var map = Maps.Stable(writeQuorum, nodes);
        var counts = new int[3];
        for (var seed = 0; seed < Histories; seed++)
        {
            var history = new History(map, seed);
            var (verdict, existed, wasAbsent) = history.Run(static listing => listing.Judge(default));
            Assert.False(verdict == KeyVerdict.Absent && !wasAbsent, $"seed {seed}: the key existed all the while, and is not listed");
            Assert.False(verdict == KeyVerdict.Exists && !existed, $"seed {seed}: the key did not exist all the while, and is listed");
            counts[(int)verdict]++;
        }

        Assert.All(counts, count => Assert.True(count > Histories / 200, $"hardly any of one verdict: {string.Join(' ', counts)}"));
    }

    [Fact]
    public void ListingByTheNewestBallotAlone_WouldBeWrong()
    {
        var map = Maps.Stable(WriteQuorum.Majority, 3);
        var wrong = 0;
        for (var seed = 0; seed < Histories; seed++)
        {
            var (verdict, existed, wasAbsent) = new History(map, seed).Run(static listing => listing.JudgeByNewest(default));
            if ((verdict == KeyVerdict.Absent && !wasAbsent) || (verdict == KeyVerdict.Exists && !existed))
                wrong++;
        }

        Assert.True(wrong > 100, $"only {wrong} of {Histories} histories tell the rule from one without it");
    }

    /// <summary>Rounds of the protocol in small steps, each of which may be the last of its round.</summary>
    private sealed class History(ClusterMap map, int seed)
    {
        private static readonly Key Key = Samples.Key;
        private readonly QuorumSizes _sizes = QuorumSizes.For(map.Newest.Nodes.Length, map.WriteQuorum);
        private readonly Random _random = new(seed);
        private readonly (long Promised, long Accepted, bool Exists)[] _registers = new (long, long, bool)[map.Newest.Nodes.Length];
        private readonly List<Round> _rounds = [];
        private long _ballots;
        private (long Ballot, bool Exists) _chosen;

        public (KeyVerdict Verdict, bool Existed, bool WasAbsent) Run(Func<KeyListing, IReadOnlyList<(Key Key, KeyVerdict Verdict)>> judge)
        {
            for (var i = 0; i < Steps; i++)
                Step();
            var listing = new KeyListing(map);
            var (existed, wasAbsent) = (_chosen.Exists, !_chosen.Exists);
            var order = Enumerable.Range(0, _registers.Length).OrderBy(_ => _random.Next()).ToArray();
            foreach (var node in order[..(_random.Next(2) == 0 ? _registers.Length : Math.Max(_sizes.Accept, _sizes.Prepare))])
            {
                for (var i = _random.Next(_random.Next(2) == 0 ? 1 : 12); i > 0; i--)
                {
                    Step();
                    existed |= _chosen.Exists;
                    wasAbsent |= !_chosen.Exists;
                }

                var register = _registers[node];
                listing.Add(Maps.Node($"n{node}"), new KeysReply(0, register.Accepted == 0 ? [] : [new KeyEntry(Key, Samples.Ballot(register.Accepted), !register.Exists, default)], false));
            }

            Assert.True(listing.HasQuorums);
            return (judge(listing).Select(static entry => entry.Verdict).SingleOrDefault(), existed, wasAbsent);
        }

        private void Step()
        {
            if (_rounds.Count == 0 || _random.Next(6) == 0)
                _rounds.Add(new Round(++_ballots, Enumerable.Range(0, _registers.Length).OrderBy(_ => _random.Next()).ToArray()));
            var round = _rounds[_random.Next(_rounds.Count)];
            if (_random.Next(14) == 0 || !Advance(round))
                _rounds.Remove(round);
        }

        private bool Advance(Round round)
        {
            if (round.Asked == _registers.Length)
                return false;
            var node = round.Order[round.Asked++];
            ref var register = ref _registers[node];
            if (round.Proposed)
            {
                if (register.Promised <= round.Ballot)
                {
                    register = (round.Ballot, round.Ballot, round.Exists);
                    // Chosen: from now on this is what the key is, unless a later ballot has been chosen already.
                    if (++round.Votes == _sizes.Accept && round.Ballot > _chosen.Ballot)
                        _chosen = (round.Ballot, round.Exists);
                }

                return true;
            }

            if (register.Promised > round.Ballot)
                return true;
            register.Promised = round.Ballot;
            if (register.Accepted > round.Seen.Ballot)
                round.Seen = (register.Accepted, register.Exists);
            if (++round.Votes == _sizes.Prepare)
            {
                // Creates, deletes, or writes back what it found.
                round.Exists = _random.Next(3) switch { 0 => true, 1 => false, _ => round.Seen.Exists };
                (round.Proposed, round.Asked, round.Votes) = (true, 0, 0);
                _random.Shuffle(round.Order);
            }

            return true;
        }

        private sealed class Round(long ballot, int[] order)
        {
            public long Ballot { get; } = ballot;
            public int[] Order { get; } = order;
            public int Asked { get; set; }
            public int Votes { get; set; }
            public bool Proposed { get; set; }
            public bool Exists { get; set; }
            public (long Ballot, bool Exists) Seen { get; set; }
        }
    }
}
