using System.Collections.Concurrent;

namespace Cassandra.Lab.Juju;

/// <summary>
/// What Juju's controller does for the peer relation of units on several machines: it hands each unit's bag to the others and
/// the leader's bag to all, late but never out of order, also to machines that were away; and it says who leads.
/// </summary>
public sealed class PeerRelation : IAsyncDisposable
{
    private const int LookSeconds = 5;

    private static readonly TimeSpan AwayInterval = TimeSpan.FromMilliseconds(500);

    private readonly string _endpoint;
    private readonly ConcurrentDictionary<string, Member> _members = new();
    private readonly SemaphoreSlim _leadership = new(1);
    private IReadOnlyDictionary<string, string> _application = new Dictionary<string, string>();
    private volatile string? _leader;

    /// <param name="endpoint">As the charm's metadata names it.</param>
    public PeerRelation(string endpoint) => _endpoint = endpoint;

    /// <summary>The unit that leads; null before the first was added, or after it was removed.</summary>
    public string? Leader => _leader;

    /// <summary>What the leaders have written.</summary>
    public IReadOnlyDictionary<string, string> Application => _application;

    /// <summary>A deployed unit joins the others. The first one leads.</summary>
    public async Task AddAsync(Unit unit, CancellationToken ct = default)
    {
        var member = new Member(unit);
        foreach (var other in _members.Values)
        {
            member.Owes(other.Unit.Name, other.Said);
            other.Owes(unit.Name, member.Said);
        }

        _members[unit.Name] = member;
        member.OwesApplication();
        member.Running = Task.WhenAll(ListenAsync(member), DeliverAsync(member));
        if (_leader is null)
            await MoveLeadershipAsync(unit, ct);
    }

    /// <summary>A unit is gone, in whatever way: the others are told.</summary>
    public async Task RemoveAsync(Unit unit)
    {
        if (!_members.TryRemove(unit.Name, out var gone))
            return;
        await gone.DisposeAsync();
        if (_leader == unit.Name)
            _leader = null;
        foreach (var other in _members.Values)
            other.Owes(unit.Name, null);
    }

    /// <summary>Another unit leads from now on, and knows all that was written before. The one before it may be dead.</summary>
    public async Task MoveLeadershipAsync(Unit to, CancellationToken ct = default)
    {
        await _leadership.WaitAsync(ct);
        try
        {
            if (_leader is { } old && _members.TryGetValue(old, out var before))
                await ResignAsync(before);
            _leader = null;
            await to.SetApplicationAsync(_endpoint, _application, ct);
            await to.SetLeaderAsync(true);
            _leader = to.Name;
        }
        finally
        {
            _leadership.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var member in _members.Values)
            await member.DisposeAsync();
        _leadership.Dispose();
    }

    private async Task ResignAsync(Member leader)
    {
        try
        {
            await leader.Unit.SetLeaderAsync(false);
            Publish(leader, (await leader.Unit.RelationAsync(_endpoint)).OfApplication);
        }
        catch (Exception away) when (IsAway(away))
        {
            // It is told when it is back: until then it runs nothing.
            leader.OwesResignation = true;
        }
    }

    /// <summary>Hears what a unit writes.</summary>
    private async Task ListenAsync(Member member)
    {
        long? since = null;
        while (!member.Stop.IsCancellationRequested)
        {
            try
            {
                var sides = await member.Unit.RelationAsync(_endpoint, since, LookSeconds, member.Stop);
                since = sides.Sequence;
                if (!RelationSides.AreEqual(member.Said, sides.OfUnit))
                {
                    member.Said = sides.OfUnit;
                    foreach (var other in _members.Values.Where(other => other != member))
                        other.Owes(member.Unit.Name, sides.OfUnit);
                }

                await HearLeaderAsync(member, sides.OfApplication);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception away) when (IsAway(away))
            {
                since = null;
                await WaitAsync(member);
            }
        }
    }

    private async Task HearLeaderAsync(Member member, IReadOnlyDictionary<string, string> bag)
    {
        if (_leader != member.Unit.Name)
            return;
        await _leadership.WaitAsync(member.Stop);
        try
        {
            if (_leader == member.Unit.Name)
                Publish(member, bag);
        }
        finally
        {
            _leadership.Release();
        }
    }

    private void Publish(Member leader, IReadOnlyDictionary<string, string> bag)
    {
        if (RelationSides.AreEqual(_application, bag))
            return;
        _application = bag;
        foreach (var other in _members.Values.Where(other => other != leader))
            other.OwesApplication();
    }

    /// <summary>Tells a unit what the others have written.</summary>
    private async Task DeliverAsync(Member member)
    {
        while (!member.Stop.IsCancellationRequested)
        {
            try
            {
                await member.WaitForNewsAsync(member.Stop);
                if (member.OwesResignation)
                {
                    await member.Unit.SetLeaderAsync(false);
                    member.OwesResignation = false;
                }

                while (member.NextNews() is var (other, bag, number))
                {
                    if (bag is null)
                        await member.Unit.DepartRemoteAsync(_endpoint, other);
                    else
                        await member.Unit.ReplaceRemoteAsync(_endpoint, other, bag, member.Stop);
                    member.IsTold(other, number);
                }

                if (member.TakeApplication() && _leader != member.Unit.Name)
                    await member.Unit.SetApplicationAsync(_endpoint, _application, member.Stop);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception away) when (IsAway(away))
            {
                member.OwesApplication();
                await WaitAsync(member);
            }
        }
    }

    private static async Task WaitAsync(Member member)
    {
        // Nobody tells when a machine is back.
        await Task.WhenAny(Task.Delay(AwayInterval, member.Stop));
    }

    private static bool IsAway(Exception failure) =>
        failure is UnitException or Machines.MachineException or IOException or TimeoutException or System.Net.Sockets.SocketException or ObjectDisposedException;

    /// <summary>A unit, what it has said, and what it is still to be told.</summary>
    private sealed class Member(Unit unit) : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Dictionary<string, (IReadOnlyDictionary<string, string>? Bag, int Number)> _news = [];
        private readonly SemaphoreSlim _hasNews = new(0);
        private bool _owesApplication;
        private int _number;

        public Unit Unit { get; } = unit;

        public CancellationToken Stop => _stop.Token;

        public Task Running { get; set; } = Task.CompletedTask;

        public IReadOnlyDictionary<string, string> Said { get; set; } = new Dictionary<string, string>();

        public bool OwesResignation { get; set; }

        public void Owes(string other, IReadOnlyDictionary<string, string>? bag)
        {
            lock (_news)
                _news[other] = (bag, ++_number);
            _hasNews.Release();
        }

        public void OwesApplication()
        {
            lock (_news)
                _owesApplication = true;
            _hasNews.Release();
        }

        public bool TakeApplication()
        {
            lock (_news)
                return _owesApplication && !(_owesApplication = false);
        }

        public (string Other, IReadOnlyDictionary<string, string>? Bag, int Number)? NextNews()
        {
            lock (_news)
                return _news.Count == 0 ? null : _news.Select(news => (news.Key, news.Value.Bag, news.Value.Number)).MinBy(news => news.Number);
        }

        /// <summary>Unless there is something newer by now.</summary>
        public void IsTold(string other, int number)
        {
            lock (_news)
                if (_news.TryGetValue(other, out var news) && news.Number == number)
                    _news.Remove(other);
        }

        public Task WaitForNewsAsync(CancellationToken ct) => _hasNews.WaitAsync(ct);

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await Running;
            _stop.Dispose();
            _hasNews.Dispose();
        }
    }
}
