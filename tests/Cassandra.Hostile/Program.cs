using System.Globalization;
using Cassandra.Hostile;
using Cassandra.Hostile.Targets;

// Reads hostile input without end, to be watched by the tests from outside.
//
//   run SEED SECONDS MAPS-AND-RECORDS PROGRESS-FILE [COUNT…]   until the time or standard input is over; counts = where to go on, per target
//   show SEED TARGET NUMBER                                   the input itself
//   judge TARGET                                              reads standard input; exit code 1 where the reader is wrong
//   targets                                                   their names
const int Wrong = 1, Usage = 2;

var directory = Directory.CreateDirectory($"/dev/shm/hostile-{Guid.NewGuid():N}").FullName;
try
{
    IReadOnlyList<Target> targets =
    [
        new VolumeMapTarget(), new MapNoiseTarget(), new VolumeRecordTarget(), new VolumeFilesTarget(Directory.CreateDirectory($"{directory}/volume").FullName),
        .. StateTargets.All(Directory.CreateDirectory($"{directory}/state").FullName),
        new OptionsTarget(), new CassandraYamlTarget(), new RackPropertiesTarget(), new DiskTarget(), new IdentityPagesTarget(),
    ];
    // The tests of the watching need no other reader.
    if (BrokenTarget.Chosen() is { } broken)
        targets = [broken];
    switch (args)
    {
        case ["run", var seed, var seconds, var least, var file, .. var from]:
            EndWithInput();
            using (var progress = new Progress(file))
                return new Run(targets, Number(seed), progress)
                    .For(TimeSpan.FromSeconds(Number(seconds)), (long)Number(least), [.. from.Select(text => (long)Number(text))]) ? 0 : Wrong;
        case ["show", var seed, var target, var number]:
            using (var progress = new Progress($"{directory}/progress"))
            using (var output = Console.OpenStandardOutput())
                output.Write(new Run(targets, Number(seed), progress).Input(IndexOf(targets, target), (long)Number(number)));
            return 0;
        case ["judge", var target]:
            var input = new MemoryStream();
            using (var stream = Console.OpenStandardInput())
                stream.CopyTo(input);
            var wrong = Run.Wrong(targets[IndexOf(targets, target)], input.ToArray());
            Console.WriteLine(wrong ?? "read or refused, as it should be");
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"memory {ProcessMemory.Most}"));
            return wrong is null ? 0 : Wrong;
        case ["targets"]:
            foreach (var target in targets)
                Console.WriteLine(target.Name);
            return 0;
        default:
            Console.Error.WriteLine("run SEED SECONDS MAPS-AND-RECORDS PROGRESS-FILE [COUNT…] | show SEED TARGET NUMBER | judge TARGET | targets");
            return Usage;
    }
}
finally
{
    Directory.Delete(directory, recursive: true);
}

// Whoever started it holds the other end: it does not outlive them.
static void EndWithInput() => new Thread(() =>
{
    using var input = Console.OpenStandardInput();
    input.CopyTo(Stream.Null);
    Environment.Exit(Usage);
})
{ IsBackground = true }.Start();

static ulong Number(string text) => ulong.Parse(text, CultureInfo.InvariantCulture);

static int IndexOf(IReadOnlyList<Target> targets, string name) =>
    targets.Select((target, index) => (target, index)).First(pair => pair.target.Name == name).index;
