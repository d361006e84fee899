using System.Globalization;
using System.Text;
using Cassandra.Lab.Images;

namespace Cassandra.Lab.Tests.Images;

public sealed class CpioArchiveTests
{
    [Fact]
    public void Files_come_with_the_directories_above_them_and_all_parts_are_aligned()
    {
        using var stream = new MemoryStream();
        var archive = new CpioArchive(stream);
        archive.Add("a/b/one", "1"u8, Convert.ToInt32("755", 8));
        archive.Add("a/two", "22222"u8, Convert.ToInt32("644", 8));
        archive.Add("empty", [], Convert.ToInt32("600", 8));
        archive.End();

        Assert.Equal(
        [
            ("a", "40755", ""), ("a/b", "40755", ""), ("a/b/one", "100755", "1"), ("a/two", "100644", "22222"),
            ("empty", "100600", ""), ("TRAILER!!!", "0", ""),
        ], Entries(stream.ToArray()));
    }

    // From the format's description: header of 110 characters, name with a NUL, content; each part padded to four.
    private static List<(string Name, string Mode, string Content)> Entries(byte[] archive)
    {
        var entries = new List<(string, string, string)>();
        for (var at = 0; at < archive.Length;)
        {
            Assert.Equal("070701", Encoding.ASCII.GetString(archive, at, 6));
            int Field(int index) => int.Parse(
                Encoding.ASCII.GetString(archive, at + 6 + 8 * index, 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            var (mode, size, nameSize) = (Field(1), Field(6), Field(11));
            var name = Encoding.UTF8.GetString(archive, at + 110, nameSize - 1);
            var content = Aligned(at + 110 + nameSize);
            entries.Add((name, Convert.ToString(mode, 8), Encoding.UTF8.GetString(archive, content, size)));
            at = Aligned(content + size);
        }
        return entries;
    }

    private static int Aligned(int offset) => (offset + 3) / 4 * 4;
}
