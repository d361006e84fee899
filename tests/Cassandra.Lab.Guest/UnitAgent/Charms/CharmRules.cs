using Cassandra.Lab.Guest.UnitAgent.Wire;

namespace Cassandra.Lab.Guest.UnitAgent.Charms;

/// <summary>Every rule of the contract's section 4 that an archive breaks.</summary>
public static class CharmRules
{
    /// <param name="file">The `.charm` file.</param>
    /// <param name="isThree">Judge for Juju 3.6 (manifest optional) instead of 4.0.</param>
    public static IReadOnlyList<CharmViolation> Check(string file, bool isThree = false)
    {
        try
        {
            using var archive = new CharmArchive(file);
            var report = new RuleReport();
            EntryRules.Check(archive, report);
            DocumentRules.Check(archive, report, isThree);
            return report.Violations;
        }
        catch (Exception e) when (e is FormatException or InvalidDataException or IOException)
        {
            return [new CharmViolation(true, Path.GetFileName(file), e.Message)];
        }
    }
}

internal sealed class RuleReport
{
    private readonly List<CharmViolation> _violations = [];

    public IReadOnlyList<CharmViolation> Violations => _violations;

    public void Error(string entry, string rule) => _violations.Add(new CharmViolation(true, entry, rule));

    public void Warning(string entry, string rule) => _violations.Add(new CharmViolation(false, entry, rule));
}
