package org.pinion.shell.fake;

import java.util.List;
import java.util.Map;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.DeviceLimits;
import org.pinion.api.FlatView;
import org.pinion.api.HostDevice;
import org.pinion.api.RangeSet;
import org.pinion.api.ReservedRegion;
import org.pinion.api.Section;
import org.pinion.api.SectionKind;

/** The host and the guest that most tests work with. */
public final class Lab {

    public static final String EDU0 = "0000:00:10.0";
    public static final String EDU1 = "0000:00:11.0";
    public static final String SHMEM = "0000:00:12.0";

    private static final AddressRange MSI = new AddressRange(0xfee00000L, 0xfeefffffL);

    private Lab() {}

    /** Two edu devices and one without DMA, and a guest of 2 MiB. */
    public static FakeDma host() {
        return host(FakeDevice.Fault.NONE);
    }

    /** The same, with a fault in the first edu. */
    public static FakeDma host(FakeDevice.Fault fault) {
        FakeDma host = new FakeDma();
        host.add(new HostDevice(EDU0, "1234:11e8 edu", 3, "vfio-pci", false), limits(EDU0), FakeDma.EDU, fault);
        host.add(new HostDevice(EDU1, "1234:11e8 edu", 4, "vfio-pci", false), limits(EDU1), FakeDma.EDU,
                FakeDevice.Fault.NONE);
        host.add(new HostDevice(SHMEM, "1af4:1110 ivshmem", 5, "", false), limits(SHMEM), 0x1110_1af4,
                FakeDevice.Fault.NONE);
        host.guest = guest();
        return host;
    }

    private static DeviceLimits limits(String device) {
        RangeSet usable = RangeSet.of(new AddressRange(0, 0x7f_ffff_ffffL)).minus(RangeSet.of(MSI));
        return new DeviceLimits(device, usable, 4096, List.of(new ReservedRegion(MSI, "msi")));
    }

    private static FlatView guest() {
        return FlatView.of("memory", List.of(
                section(0x0, 0x9ffff, SectionKind.RAM, "pc.ram", 0),
                section(0xa0000, 0xbffff, SectionKind.MMIO, "vga-lowmem", -1),
                section(0xc0000, 0xc9fff, SectionKind.ROM, "pc.ram", 0xc0000),
                section(0x100000, 0x1fffff, SectionKind.RAM, "pc.ram", 0x100000),
                section(0xfec00000L, 0xfec00fffL, SectionKind.MMIO, "ioapic", -1),
                section(0xfed00000L, 0xfed003ffL, SectionKind.MMIO, "hpet", -1),
                section(0xfffc0000L, 0xffffffffL, SectionKind.ROM, "pc.bios", 0)));
    }

    /** Part of a guest; an offset below 0 stands for registers. */
    public static Section section(long start, long last, SectionKind kind, String name, long offset) {
        Backing backing = offset < 0 ? Backing.NONE : new Backing.Remote(name, offset);
        Access access = kind == SectionKind.ROM ? Access.READ : Access.READ_WRITE;
        return new Section(new AddressRange(start, last), kind, backing, access, name, "", Map.of());
    }

    /** The same guest with RAM over the window for message-signalled interrupts. */
    public static FlatView guestOverMsi() {
        return FlatView.of("memory", List.of(
                section(0x0, 0x9ffff, SectionKind.RAM, "pc.ram", 0),
                section(0xfee00000L, 0xfee0ffffL, SectionKind.RAM, "pc.ram", 0xa0000)));
    }
}
