using System.Text.Json;
using Cassandra.Charm.Core.Journaling;
using Cassandra.Charm.Core.Places;
using Cassandra.Charm.Linux.Looking;
using Cassandra.Hostile.Inputs;

namespace Cassandra.Hostile.Targets;

/// <summary>The record at the root of a volume, from its bytes.</summary>
internal sealed class VolumeRecordTarget : Target
{
    public override string Name => "volume-record";

    public override bool IsMapOrRecord => true;

    public override int Weight => 6;

    public override byte[] Generate(Random chance) => JsonNoise.Apply(chance, Sample(chance));

    public override void Judge(byte[] input) => Judge(input, FilesystemContent.ParseRecord(input));

    internal static byte[] Sample(Random chance) =>
        JsonSerializer.SerializeToUtf8Bytes(Samples.Record(chance), StateJson.Default.VolumeRecord);

    internal static void Judge(byte[] input, FilesystemContent? content)
    {
        if (NewerFormat(input) is { } format)
            BrokenPromiseException.Unless(content is FilesystemContent.Other { What: var what } && what.Contains("newer charm", StringComparison.Ordinal),
                $"a record of format {format} is taken for {content}");
        if (content is not FilesystemContent.Recorded { Record: var record })
            return;
        Whole.Require(record, "record");
        BrokenPromiseException.Unless(Mounts.PointOf(record.VolumeId).LastIndexOf('/') == Mounts.Root.Length, $"it is to be mounted at {record.VolumeId}");
        BrokenPromiseException.Unless(!record.Subdirectory.Contains('/') && record.Subdirectory is not (".." or "."), $"its tree is {record.Subdirectory}");
        var written = JsonSerializer.SerializeToUtf8Bytes(record, StateJson.Default.VolumeRecord);
        BrokenPromiseException.Unless(FilesystemContent.ParseRecord(written) is FilesystemContent.Recorded again
            && JsonSerializer.SerializeToUtf8Bytes(again.Record, StateJson.Default.VolumeRecord).AsSpan().SequenceEqual(written),
            "it is another record when written and read again");
    }

    /// <summary>The format where the bytes are an object of JSON that names one newer, once.</summary>
    internal static long? NewerFormat(byte[] input)
    {
        try
        {
            using var document = JsonDocument.Parse(input);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return null;
            var formats = document.RootElement.EnumerateObject().Where(member => member.NameEquals("format")).ToList();
            return formats is [{ Value: { ValueKind: JsonValueKind.Number } value }] && value.TryGetInt64(out var format)
                && format > VolumeRecord.CurrentFormat && format <= int.MaxValue
                    ? format
                    : null;
        }
        catch (Exception none) when (none is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}

/// <summary>The record and its mark as files on a mounted volume.</summary>
internal sealed class VolumeFilesTarget(string directory) : Target
{
    private const int Block = 4096;

    public override string Name => "volume-files";

    public override bool IsMapOrRecord => true;

    public override int Weight => 2;

    public override byte[] Generate(Random chance)
    {
        var bytes = JsonNoise.Apply(chance, VolumeRecordTarget.Sample(chance));
        if (chance.Next(4) == 0)
            return bytes;
        var mark = new byte[Block];
        mark.AsSpan().Fill((byte)' ');
        bytes.AsSpan(0, Math.Min(Block, bytes.Length)).CopyTo(mark);
        return chance.Next(4) == 0 ? Noise.Apply(chance, mark) : mark;
    }

    public override void Judge(byte[] input)
    {
        File.WriteAllBytes($"{directory}/{VolumeRecord.FileName}", input);
        File.WriteAllBytes($"{directory}/{FilesystemContent.MarkName}", input);
        VolumeRecordTarget.Judge([], FilesystemContent.Read(directory, "xfs"));
        VolumeRecordTarget.Judge([], RecordMark.Read(directory));
    }
}
