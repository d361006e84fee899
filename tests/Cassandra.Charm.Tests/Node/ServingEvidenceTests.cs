using Cassandra.Charm.Node.Service;

namespace Cassandra.Charm.Tests.Node;

public sealed class ServingEvidenceTests : IDisposable
{
    private const string Root = "/srv/cassandra/vol-1/cassandra";
    private const string FailedEarly = "ERROR [main] 2024 X.java:1 - Fatal exception during initialization\n";

    private readonly NodeSandbox _sandbox = new();
    private readonly StartRecordFile _records;
    private readonly SystemLog _log;

    public ServingEvidenceTests()
    {
        _records = new StartRecordFile(_sandbox.Paths.StartRecord);
        _log = new SystemLog(_sandbox.Paths.SystemLog);
        Say("INFO  [main] 2024 X.java:1 - Starting listening for CQL clients on the old place\n");
    }

    private ServingEvidence Evidence => new(_records, _log);

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public void Where_the_guard_never_let_it_start_it_never_served()
    {
        Assert.False(Evidence.MayHaveServed(Root));
        Assert.True(Evidence.ProvesNeverServed(Root));
        Assert.False(Evidence.ProvesUnwritten(Root)); // where something served before, its start would be on record
    }

    [Fact]
    public void One_that_said_why_it_died_before_it_opened_a_port_did_not_serve()
    {
        _records.Begin(Root, _log.End());
        Say(FailedEarly);

        Assert.False(Evidence.MayHaveServed(Root));
        Assert.True(Evidence.ProvesNeverServed(Root));
        Assert.True(Evidence.ProvesUnwritten(Root));
    }

    [Fact]
    public void One_that_died_without_a_word_may_have_served()
    {
        _records.Begin(Root, _log.End());

        Assert.True(Evidence.MayHaveServed(Root));
        Assert.False(Evidence.ProvesUnwritten(Root));
    }

    [Fact]
    public void One_whose_port_was_seen_open_may_have_served_whatever_it_says()
    {
        _records.Begin(Root, _log.End());
        _records.MarkOpenPort();
        Say(FailedEarly);

        Assert.True(Evidence.MayHaveServed(Root));
    }

    [Fact]
    public void A_later_start_that_fails_early_does_not_unmake_an_earlier_one_that_served()
    {
        _records.Begin(Root, _log.End());
        Say("INFO  [main] 2024 X.java:1 - Listening on address: (/10.0.0.5:7000), nic: eth0\nERROR [x] 2024 X.java:1 - killed\n");
        _records.Begin(Root, _log.End());
        Say(FailedEarly);

        Assert.True(Evidence.MayHaveServed(Root));
        Assert.Equal(FailedEarly, Evidence.LogSinceLastStart(Root));
    }

    [Fact]
    public void A_rotated_log_leaves_it_in_doubt()
    {
        _records.Begin(Root, _log.End());
        File.Move(_sandbox.Paths.SystemLog, _sandbox.Paths.SystemLog + ".1");
        Say(FailedEarly);

        Assert.True(Evidence.MayHaveServed(Root));
    }

    [Fact]
    public void Starts_elsewhere_prove_nothing_about_an_empty_root()
    {
        _records.Begin("/var/lib/cassandra", _log.End());

        Assert.False(Evidence.ProvesNeverServed(Root));
        Assert.True(Evidence.ProvesUnwritten(Root)); // the last start was elsewhere: none was made here since
    }

    private void Say(string text) => File.AppendAllText(_sandbox.Paths.SystemLog, text);
}
