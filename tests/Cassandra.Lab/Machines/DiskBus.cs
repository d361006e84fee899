namespace Cassandra.Lab.Machines;

/// <summary>How a disk presents itself to the machine; each form is one that a cloud uses.</summary>
public abstract record DiskBus
{
    private DiskBus() { }

    /// <summary>What the hardware reports as serial number, if anything.</summary>
    public abstract string? Serial { get; init; }

    /// <summary>virtio-blk: OpenStack, most KVM clouds. At most 20 bytes of serial reach the guest.</summary>
    public sealed record VirtioBlk(string? Serial) : DiskBus
    {
        /// <inheritdoc/>
        public override string? Serial { get; init; } = Serial;
    }

    /// <summary>NVMe: EC2. The model is fixed to "QEMU NVMe Ctrl"; at most 20 bytes of serial.</summary>
    public sealed record Nvme(string Serial) : DiskBus
    {
        /// <inheritdoc/>
        public override string? Serial { get; init; } = Serial;
    }

    /// <summary>SCSI: GCE (vendor, product, device id), Azure (vendor, product, WWN, LUN), some OpenStacks (serial).</summary>
    /// <param name="Serial">VPD page 0x80; 36 characters fit.</param>
    public sealed record Scsi(string? Serial = null) : DiskBus
    {
        /// <inheritdoc/>
        public override string? Serial { get; init; } = Serial;
        /// <summary>Up to 8 characters.</summary>
        public string? Vendor { get; init; }
        /// <summary>Up to 16 characters.</summary>
        public string? Product { get; init; }
        /// <summary>VPD page 0x83, designator T10/ASCII; QEMU's default is the serial.</summary>
        public string? DeviceId { get; init; }
        /// <summary>VPD page 0x83, designator NAA.</summary>
        public ulong? Wwn { get; init; }
        /// <summary>The next free one if null.</summary>
        public int? Lun { get; init; }
    }
}
